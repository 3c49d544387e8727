"""The REST API at /api/. Its description is for signed-in admins; docs/api.md tells it in words."""

from ninja import NinjaAPI

from campaigns.api import enrolments, errors, goals, report
from campaigns.api.auth import KeyAuth, PerKey

api = NinjaAPI(
    title="Cascade",
    version="1",
    urls_namespace="api",
    auth=KeyAuth(),
    throttle=PerKey(),
    # ninja's page of documentation needs inline scripts, which the pages' policy refuses.
    docs_url=None,
    openapi_url=None,
)
errors.register(api)
api.add_router("/enrolments", enrolments.router)
api.add_router("/goals", goals.router)
api.add_router("/campaigns", report.router)
