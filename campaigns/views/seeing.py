"""Who may look at campaigns: whoever makes them, and whoever reads reports."""

from campaigns.permissions import Permission, requires

sees_campaigns = requires(Permission.MANAGE_CAMPAIGNS, Permission.VIEW_REPORTS)
