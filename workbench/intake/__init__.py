"""From a client's folder to nouns that are proved right: the only place that validates."""

from workbench.intake.check import check
from workbench.intake.client import open_client, read_client_log, read_said
from workbench.intake.engagement import read_engagement
from workbench.intake.events.guess import ROLES
from workbench.intake.log import read_log
from workbench.intake.new import make_client, new_client
from workbench.intake.surveys import read_answers
from workbench.intake.told import told, told_of_new

__all__ = [
    "ROLES", "check", "make_client", "new_client", "open_client", "read_answers", "read_client_log",
    "read_engagement", "read_log", "read_said", "told", "told_of_new",
]
