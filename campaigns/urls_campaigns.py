"""Addresses of the list of campaigns, the editor of drafts, and what can be done to a campaign."""

from django.urls import URLPattern, path

from campaigns.views import (
    campaigns,
    editor,
    editor_chain,
    editor_looks,
    editor_message,
    editor_news,
    editor_order,
    editor_recipes,
    editor_routes,
    review,
    running,
    test_people,
    testing,
)

EDIT = "campaigns/<int:pk>/edit/"
STEP = f"{EDIT}steps/<int:step_pk>/"
ROUTE = f"{EDIT}routes/<int:route_pk>/"

urlpatterns: list[URLPattern] = [
    path("campaigns/", campaigns.campaign_list, name="campaign_list"),
    path("campaigns/figures/", campaigns.campaign_figures, name="campaign_figures"),
    path("campaigns/new/", campaigns.campaign_create, name="campaign_create"),
    path("campaigns/<int:pk>/copy/", campaigns.campaign_copy, name="campaign_copy"),
    path("campaigns/<int:pk>/delete/", campaigns.campaign_delete, name="campaign_delete"),
    path("campaigns/<int:pk>/archive/", campaigns.campaign_archive, name="campaign_archive"),
    # The editor
    path(EDIT, editor.campaign_editor, name="campaign_editor"),
    path(f"{EDIT}outlook/", editor.campaign_outlook, name="campaign_outlook"),
    path(f"{EDIT}news/", editor_news.campaign_news, name="campaign_news"),
    path(f"{EDIT}audience/", editor.audience_save, name="audience_save"),
    path(f"{EDIT}limits/", editor.limits_save, name="limits_save"),
    path(f"{EDIT}schedule/", editor.schedule_save, name="schedule_save"),
    path(f"{EDIT}message/", editor_message.message_save, name="message_save"),
    path(f"{EDIT}message/keep/", editor_message.message_keep, name="message_keep"),
    path(f"{EDIT}message/look/", editor_looks.message_look, name="message_look"),
    path(f"{EDIT}message/people/", editor_looks.message_people, name="message_people"),
    path(f"{EDIT}message/lacking/", editor_looks.message_lacking, name="message_lacking"),
    path(f"{EDIT}message/languages/", editor_looks.message_languages, name="message_languages"),
    path(f"{EDIT}message/remove/", editor_message.message_remove, name="message_remove"),
    path(f"{EDIT}routes/add/", editor_routes.route_add, name="route_add"),
    path(f"{ROUTE}up/", editor_routes.route_move, {"direction": "up"}, name="route_up"),
    path(f"{ROUTE}down/", editor_routes.route_move, {"direction": "down"}, name="route_down"),
    path(f"{ROUTE}remove/", editor_routes.route_remove, name="route_remove"),
    path(f"{ROUTE}add-step/", editor_chain.step_add, name="step_add"),
    path(f"{ROUTE}order/", editor_order.steps_order, name="steps_order"),
    path(f"{ROUTE}arrange/", editor_order.steps_arrange, name="steps_arrange"),
    path(f"{ROUTE}recipe/", editor_recipes.recipe_follow, name="recipe_follow"),
    path(STEP, editor_chain.step_save, name="step_save"),
    path(f"{STEP}timeout/", editor_chain.timeout_save, name="timeout_save"),
    path(f"{STEP}up/", editor_order.step_move, {"direction": "up"}, name="step_up"),
    path(f"{STEP}down/", editor_order.step_move, {"direction": "down"}, name="step_down"),
    path(f"{STEP}copy/", editor_chain.step_copy, name="step_copy"),
    path(f"{STEP}remove/", editor_chain.step_remove, name="step_remove"),
    path(f"{EDIT}restore/", editor_chain.step_restore, name="step_restore"),
    # Tests
    path("campaigns/<int:pk>/test/", testing.campaign_test, name="campaign_test"),
    path("campaigns/<int:pk>/test/<int:test_pk>/", testing.campaign_test_result, name="campaign_test_result"),
    path("campaigns/<int:pk>/tests/", testing.campaign_tests, name="campaign_tests"),
    path("test-people/", test_people.test_people, name="test_people"),
    path("test-people/new/", test_people.test_person_new, name="test_person_new"),
    path("test-people/<int:pk>/", test_people.test_person_edit, name="test_person_edit"),
    path("test-people/<int:pk>/remove/", test_people.test_person_remove, name="test_person_remove"),
    # Launching, and afterwards
    path("campaigns/<int:pk>/review/", review.campaign_review, name="campaign_review"),
    path("campaigns/<int:pk>/review/forecast/", review.campaign_forecast, name="campaign_forecast"),
    path("campaigns/<int:pk>/review/texts/", review.campaign_texts, name="campaign_texts"),
    path("campaigns/<int:pk>/launch/", review.campaign_launch, name="campaign_launch"),
    path("campaigns/<int:pk>/pause/", running.campaign_pause, name="campaign_pause"),
    path("campaigns/<int:pk>/resume/", running.campaign_resume, name="campaign_resume"),
    path("campaigns/<int:pk>/cancel/", running.campaign_cancel, name="campaign_cancel"),
    path("campaigns/<int:pk>/limits/", running.campaign_limits, name="campaign_limits"),
    path("campaigns/<int:pk>/steps/<int:step_pk>/sender/", running.step_sender, name="step_sender"),
]
