"""Celery's entry points of imports; campaigns/tasks.py makes them known."""

from celery import shared_task

from campaigns.audience import importing, uploads
from campaigns.engine.wake import wake

# Seconds after which an import lets others have its worker: a launch does not wait for a million rows.
SHIFT = 20


@shared_task(name=uploads.IMPORT_TASK)
def import_contacts(import_id: int) -> None:
    """Carry one import out, shift by shift."""
    if not importing.run(import_id, shift=SHIFT):
        wake(uploads.IMPORT_TASK, import_id)


@shared_task(name="campaigns.tasks.bulk_resume_imports")
def resume_imports() -> None:
    """Go on with the imports that no worker is at: their message was lost, or their worker died."""
    for import_id in importing.overdue_imports():
        wake(uploads.IMPORT_TASK, import_id)


@shared_task(name="campaigns.tasks.bulk_delete_old_uploads")
def delete_old_uploads() -> None:
    """Delete the files of imports whose time is over, and the rows kept of them."""
    uploads.delete_old()
