from mudir.records.models.attachment import Attachment, AttachmentVersion, Content
from mudir.records.models.bulk import BulkAct, BulkRow
from mudir.records.models.comment import Comment
from mudir.records.models.custom import CustomField, Setup
from mudir.records.models.duplicate import DuplicateCandidate, DuplicateSearch
from mudir.records.models.event import Event
from mudir.records.models.export import Export
from mudir.records.models.imports import Import, ImportBatch, ImportMapping, ImportMend, ImportRow
from mudir.records.models.layout import PageLayout
from mudir.records.models.mark import Favourite, Visit
from mudir.records.models.merge import Merge, MergeRow
from mudir.records.models.notification import Mail, Notification, NotificationChoice, Reason
from mudir.records.models.record import Record
from mudir.records.models.search import NameToken, SearchEntry, TokenKey
from mudir.records.models.share import Share
from mudir.records.models.tag import Tag
from mudir.records.models.view import SavedView
from mudir.records.models.viewing import Viewing

__all__ = [
    "Attachment", "AttachmentVersion", "BulkAct", "BulkRow", "Comment", "Content", "CustomField", "DuplicateCandidate",
    "DuplicateSearch", "Event", "Export", "Favourite", "Import", "ImportBatch", "ImportMapping", "ImportMend",
    "ImportRow", "Mail", "Merge", "MergeRow", "NameToken", "Notification", "NotificationChoice", "PageLayout", "Reason",
    "Record", "SavedView", "SearchEntry", "Setup", "Share", "Tag", "TokenKey", "Viewing", "Visit",
]
