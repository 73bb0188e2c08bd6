from __future__ import annotations

from django.urls import path

from . import views

app_name = "shop"
urlpatterns = [
    path("", views.home, name="home"),
    path("pieces/<slug:slug>/", views.product, name="product"),
    path("basket/", views.basket, name="basket"),
    path("basket/add/<slug:slug>/", views.basket_add, name="basket-add"),
    path("basket/put/<slug:slug>/", views.basket_put, name="basket-put"),
    path("checkout/", views.checkout, name="checkout"),
    path("about/", views.about, name="about"),
    path("upload/", views.upload, name="upload"),
    path("oops/", views.oops, name="oops"),
]
