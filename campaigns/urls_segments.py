"""Addresses of the segments' pages."""

from django.urls import URLPattern, path

from campaigns.views import segment_list, segment_names, segments

urlpatterns: list[URLPattern] = [
    path("segments/", segment_list.segment_list, name="segment_list"),
    path("segments/names/", segment_names.segment_names, name="segment_names"),
    path("segments/new/", segments.segment_create, name="segment_create"),
    path("segments/row/", segments.segment_row, name="segment_row"),
    path("segments/preview/", segments.segment_preview, name="segment_preview"),
    path("segments/reach/", segments.segment_reach, name="segment_reach"),
    path("segments/<int:pk>/", segments.segment_edit, name="segment_edit"),
    path("segments/<int:pk>/count/", segment_list.segment_count, name="segment_count"),
    path("segments/<int:pk>/archive/", segments.segment_archive, name="segment_archive"),
    path("segments/<int:pk>/restore/", segments.segment_restore, name="segment_restore"),
]
