"""Django, on its backend for MongoDB."""

from __future__ import annotations

import sys
from typing import Any

import django
from django.conf import settings

from benchmarks.peers.shapes import DATABASE, Calls, main


settings.configure(
    DATABASES={
        "default": {
            "ENGINE": "django_mongodb_backend",
            "HOST": sys.argv[1],
            "NAME": DATABASE,
        }
    },
    DEFAULT_AUTO_FIELD="django_mongodb_backend.fields.ObjectIdAutoField",
    USE_TZ=True,
)
django.setup()

from django.db import models  # noqa: E402 - settings come first
from django_mongodb_backend.fields import (  # noqa: E402
    ArrayField,
    EmbeddedModelArrayField,
    EmbeddedModelField,
)
from django_mongodb_backend.models import EmbeddedModel  # noqa: E402


class Address(EmbeddedModel):
    street = models.TextField()
    city = models.TextField()
    zip = models.TextField()

    class Meta:
        app_label = "peers"


class Item(EmbeddedModel):
    sku = models.TextField()
    qty = models.IntegerField()
    price = models.FloatField()

    class Meta:
        app_label = "peers"


class Order(models.Model):  # noqa: DJ008 - never shown
    number = models.IntegerField()
    customer = models.TextField()
    email = models.TextField()
    active = models.BooleanField()
    total = models.FloatField()
    discount = models.FloatField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    tags = ArrayField(models.TextField())
    address = EmbeddedModelField(Address)
    items = EmbeddedModelArrayField(Item)
    notes = models.TextField(null=True)  # noqa: DJ001 - as it is stored
    visits = models.IntegerField(default=0)

    class Meta:
        app_label = "peers"
        db_table = "orders"


class Account(models.Model):  # noqa: DJ008
    number = models.IntegerField()
    name = models.TextField()
    email = models.TextField()
    active = models.BooleanField()
    balance = models.FloatField()
    logins = models.IntegerField()
    country = models.TextField()
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    notes = models.TextField(null=True)  # noqa: DJ001

    class Meta:
        app_label = "peers"
        db_table = "accounts"


def new(row: dict[str, Any]) -> Order:
    address = Address(**row["address"])
    items = [Item(**item) for item in row["items"]]
    return Order(**{**row, "address": address, "items": items})


def build() -> Any:
    query = (
        Order.objects.filter(
            active=True,
            total__gte=10,
            total__lt=90,
            tags__overlap=["a", "b"],
            number__gt=5,
        )
        .exclude(address__city="Oslo")
        .order_by("-total")
        .only("number", "total")[:10]
    )
    compiler = query.query.get_compiler(using="default")
    compiler.pre_sql_setup()
    return compiler.build_query(compiler.columns).get_pipeline()


def connect(_uri: str, _database: str) -> Calls:
    return Calls(
        nested=lambda: list(Order.objects.all()),
        flat=lambda: list(Account.objects.all()),
        page=lambda: list(Order.objects.all()[:100]),
        get=lambda one: Order.objects.get(pk=one),
        new=new,
        insert=Order.objects.bulk_create,
        build=build,
    )


if __name__ == "__main__":
    main(connect)
