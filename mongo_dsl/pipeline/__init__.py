"""Pipelines: immutable lists of stages, a method per stage."""

from mongo_dsl.pipeline.face import Pipeline


__all__ = ["Pipeline"]
