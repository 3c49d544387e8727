"""The tables of the domain."""

from campaigns.models.api import ApiKey, ApiRequest
from campaigns.models.audit import AuditEntry
from campaigns.models.campaigns import BudgetState, Campaign, CampaignVersion, Priority
from campaigns.models.cascades import Condition, Route, Step
from campaigns.models.clock import DowntimeGap, EngineClock, Tick
from campaigns.models.consent import Consent, ConsentChange, Purpose, Suppression
from campaigns.models.contacts import Address, Contact
from campaigns.models.content import Content, Link
from campaigns.models.enrolments import Enrolment, Outcome
from campaigns.models.events import Event, Hit
from campaigns.models.forecasts import LaunchForecast
from campaigns.models.imports import ContactImport, ImportedContact, RejectedRow
from campaigns.models.made_reports import MadeReport
from campaigns.models.messages import Attempt, Fate, HoldReason, Lease, Message, SkipReason, VendorReference
from campaigns.models.operations import Alert, AlertKind, AlertLook, Flow, Pulse
from campaigns.models.people import Installation, User
from campaigns.models.report_mails import ReportMail, ReportSchedule
from campaigns.models.segments import Segment
from campaigns.models.stats import StepDelta, StepStats, StepTotal
from campaigns.models.testing import TestAddress, TestMessage, TestPerson, TestSend

__all__ = [
    "Address",
    "Alert",
    "AlertKind",
    "AlertLook",
    "ApiKey",
    "ApiRequest",
    "Attempt",
    "AuditEntry",
    "BudgetState",
    "Campaign",
    "CampaignVersion",
    "Condition",
    "Consent",
    "ConsentChange",
    "Contact",
    "ContactImport",
    "Content",
    "DowntimeGap",
    "EngineClock",
    "Enrolment",
    "Event",
    "Fate",
    "Flow",
    "Hit",
    "HoldReason",
    "ImportedContact",
    "Installation",
    "LaunchForecast",
    "Lease",
    "Link",
    "MadeReport",
    "Message",
    "Outcome",
    "Priority",
    "Pulse",
    "Purpose",
    "RejectedRow",
    "ReportMail",
    "ReportSchedule",
    "Route",
    "Segment",
    "SkipReason",
    "Step",
    "StepDelta",
    "StepStats",
    "StepTotal",
    "Suppression",
    "TestAddress",
    "TestMessage",
    "TestPerson",
    "TestSend",
    "Tick",
    "User",
    "VendorReference",
]
