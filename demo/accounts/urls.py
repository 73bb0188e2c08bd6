from __future__ import annotations

from django.contrib.auth.views import LogoutView
from django.urls import path

from . import views

app_name = "accounts"
urlpatterns = [
    path("login/", views.SignInView.as_view(), name="login"),
    path("logout/", LogoutView.as_view(http_method_names=["post", "options"]), name="logout"),
    path("profile/", views.profile, name="profile"),
    path("orders/", views.orders, name="orders"),
    path("password/", views.PasswordView.as_view(), name="password"),
]
