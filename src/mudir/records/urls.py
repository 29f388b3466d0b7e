"""Addresses of every record kind, by its slug."""

from django.urls import path, register_converter

from mudir.records import registry
from mudir.records.views import (
    access,
    board,
    bulk,
    calendar,
    cells,
    columns,
    comments,
    duplicates,
    exports,
    fields,
    files,
    filters,
    forms,
    history,
    imports,
    lists,
    marks,
    merging,
    notifications,
    page_layout,
    reasons,
    record,
    roles,
    saved,
    search,
    tags,
    timeline,
    trash,
    walk,
)


class KnownSlug:
    """Matches only what is registered, so that other addresses stay free."""

    regex = "[a-z][a-z-]*"

    def to_python(self, value: str) -> registry.RecordType:
        record_type = registry.by_slug(value)
        if record_type is None:
            raise ValueError
        return record_type

    def to_url(self, value: str | registry.RecordType) -> str:
        return value if isinstance(value, str) else value.slug


class RecordKey:
    """A positive 64-bit number: anything else is no address."""

    regex = "[1-9][0-9]{0,18}"

    def to_python(self, value: str) -> int:
        if (key := int(value)) >= 2**63:
            raise ValueError
        return key

    def to_url(self, value: int) -> str:
        return str(value)


register_converter(KnownSlug, "kind")
register_converter(RecordKey, "key")

app_name = "records"
urlpatterns = [
    path("search/", search.results, name="search"),
    path("duplicates/", search.duplicates, name="duplicates"),
    path("duplicates/<key:pk>/dismissal/", duplicates.dismissal, name="dismissal"),
    path("duplicates/<key:pk>/dismissal/removal/", duplicates.dismissal_removal, name="dismissal_removal"),
    path("trash/", trash.trash, name="trashed"),
    path("notifications/", notifications.page, name="notifications"),
    path("notifications/bell/", notifications.bell, name="notifications_bell"),
    path("notifications/reading/", notifications.reading, name="notifications_reading"),
    path("notifications/unreading/", notifications.unreading, name="notifications_unreading"),
    path("notifications/preferences/", notifications.preferences, name="notification_choices"),
    path("favourites/", marks.favourites, name="favourites"),
    path("fields/", fields.home, name="fields_home"),
    path("fields/<kind:record_type>/", fields.fields, name="fields"),
    path("fields/<kind:record_type>/new/", fields.new, name="new_field"),
    path("fields/<kind:record_type>/order/", fields.order, name="fields_order"),
    path("fields/<kind:record_type>/layout/", page_layout.page_layout, name="page_layout"),
    path("fields/<kind:record_type>/layout/undoing/", page_layout.undoing, name="page_layout_undoing"),
    path("fields/<key:pk>/", fields.edit, name="field"),
    path("fields/<key:pk>/undoing/", fields.undoing, name="field_undoing"),
    path("fields/<key:pk>/archiving/", fields.archiving, name="field_archiving"),
    path("fields/<key:pk>/restoration/", fields.restoration, name="field_restoration"),
    path("users/roles/new/", roles.new, name="new_role"),
    path("users/roles/changes/<key:pk>/undoing/", roles.undoing, name="role_undoing"),
    path("users/roles/<slug:code>/", roles.role, name="role"),
    path("users/roles/<slug:code>/removal/", roles.removal, name="role_removal"),
    path("users/roles/<slug:code>/filter/<kind:record_type>/", roles.role_filter, name="role_filter"),
    path("users/roles/<slug:code>/fields/<kind:record_type>/", roles.fields, name="role_fields"),
    path("users/<key:pk>/sight/", reasons.sight, name="sight"),
    path("tags/", tags.page, name="tags"),
    path("tags/suggestions/", tags.suggestions, name="tag_suggestions"),
    path("tags/restoration/", tags.restoration, name="tag_restoration"),
    path("tags/<key:pk>/", tags.edit, name="tag"),
    path("tags/<key:pk>/removal/", tags.removal, name="tag_removal"),
    path("imports/", imports.imports, name="imports"),
    path("imports/<key:pk>/", imports.page, name="import"),
    path("imports/<key:pk>/mapping/", imports.mapping, name="import_mapping"),
    path("imports/<key:pk>/run/", imports.run, name="import_run"),
    path("imports/<key:pk>/mends/", imports.mends, name="import_mends"),
    path("imports/<key:pk>/rejected/", imports.rejected, name="import_rejected"),
    path("imports/<key:pk>/undoing/", imports.undoing, name="import_undoing"),
    path("exports/<key:pk>/", exports.page, name="export_page"),
    path("exports/<key:pk>/file/", exports.file, name="export_file"),
    path("acts/<key:pk>/", bulk.page, name="bulk_act"),
    path("acts/<key:pk>/undoing/", bulk.undoing, name="bulk_undoing"),
    path("merges/<key:pk>/undoing/", merging.undo_merge, name="undo_merge"),
    path("<kind:record_type>/", lists.list_page, name="list"),
    path("<kind:record_type>/bulk/", bulk.begin, name="bulk"),
    path("<kind:record_type>/cells/", cells.cells, name="cells"),
    path("<kind:record_type>/filter/", filters.add_filter, name="filter"),
    path("<kind:record_type>/filters/", filters.editor, name="filters"),
    path("<kind:record_type>/columns/", columns.choose_columns, name="columns"),
    path("<kind:record_type>/board/", board.board, name="board"),
    path("<kind:record_type>/calendar/", calendar.calendar, name="calendar"),
    path("<kind:record_type>/walk/", walk.walk, name="walk"),
    path("<kind:record_type>/views/", saved.new, name="new_view"),
    path("<kind:record_type>/views/<key:pk>/", saved.settings, name="view"),
    path("<kind:record_type>/views/<key:pk>/changes/", saved.changes, name="view_changes"),
    path("<kind:record_type>/views/<key:pk>/removal/", saved.remove, name="view_removal"),
    path("<kind:record_type>/views/<key:pk>/restoration/", saved.put_back, name="view_restoration"),
    path("<kind:record_type>/new/", forms.new, name="new"),
    path("<kind:record_type>/export/", exports.export, name="export"),
    path("<kind:record_type>/duplicates/", duplicates.pairs, name="pairs"),
    path("<kind:record_type>/merge/", merging.merge_two, name="merge_two"),
    path("<kind:record_type>/suggestions/", lists.suggestions, name="suggestions"),
    path("<kind:record_type>/<key:pk>/", record.page, name="page"),
    path("<kind:record_type>/<key:pk>/edit/", forms.edit, name="edit"),
    path("<kind:record_type>/<key:pk>/merge/", merging.merge, name="merge"),
    path("<kind:record_type>/<key:pk>/cells/<str:field>/", cells.cell, name="cell"),
    path("<kind:record_type>/<key:pk>/cells/<str:field>/undoing/", cells.undoing, name="cell_undoing"),
    path("<kind:record_type>/<key:pk>/preview/", record.preview, name="preview"),
    path("<kind:record_type>/<key:pk>/timeline/", timeline.timeline, name="timeline"),
    path("<kind:record_type>/<key:pk>/comments/", comments.comments_page, name="comments"),
    path("<kind:record_type>/<key:pk>/comments/<key:comment_pk>/", comments.comment_page, name="comment"),
    path("<kind:record_type>/<key:pk>/comments/<key:comment_pk>/removal/", comments.remove, name="comment_removal"),
    path("<kind:record_type>/<key:pk>/comments/<key:comment_pk>/restoration/", comments.put_back,
         name="comment_restoration"),
    path("<kind:record_type>/<key:pk>/files/", files.files_page, name="files"),
    path("<kind:record_type>/<key:pk>/files/undoing/", files.undo, name="files_undoing"),
    path("<kind:record_type>/<key:pk>/files/<key:file_pk>/", files.file_page, name="file"),
    path("<kind:record_type>/<key:pk>/files/<key:file_pk>/name/", files.rename, name="file_name"),
    path("<kind:record_type>/<key:pk>/files/<key:file_pk>/content/", files.content, name="file_content"),
    path("<kind:record_type>/<key:pk>/files/<key:file_pk>/picture/", files.picture, name="file_picture"),
    path("<kind:record_type>/<key:pk>/files/<key:file_pk>/removal/", files.remove, name="file_removal"),
    path("<kind:record_type>/<key:pk>/files/<key:file_pk>/restoration/", files.put_back, name="file_restoration"),
    path("<kind:record_type>/<key:pk>/star/", marks.star, name="star"),
    path("<kind:record_type>/<key:pk>/visit/", marks.visit, name="visit"),
    path("<kind:record_type>/<key:pk>/mentions/", comments.mentions, name="mentions"),
    path("<kind:record_type>/<key:pk>/access/", access.page, name="access"),
    path("<kind:record_type>/<key:pk>/access/owner/", access.assign, name="assign"),
    path("<kind:record_type>/<key:pk>/access/confidentiality/", access.confidentiality, name="confidentiality"),
    path("<kind:record_type>/<key:pk>/access/shares/", access.share, name="share"),
    path("<kind:record_type>/<key:pk>/access/shares/<key:share_pk>/removal/", access.unshare, name="unshare"),
    path("<kind:record_type>/<key:pk>/access/shares/<key:share_pk>/restoration/", access.put_back,
         name="share_restoration"),
    path("<kind:record_type>/<key:pk>/why/", reasons.why, name="why"),
    path("<kind:record_type>/<key:pk>/history/", history.history, name="history"),
    path("<kind:record_type>/<key:pk>/history/restoration/", history.restore, name="history_restore"),
    path("<kind:record_type>/<key:pk>/move/", board.move, name="move"),
    path("<kind:record_type>/<key:pk>/day/", calendar.day, name="day"),
    path("<kind:record_type>/<key:pk>/trash/", record.trash, name="trash"),
    path("<kind:record_type>/<key:pk>/restoration/", record.restore, name="restore"),
]
