"""What can go wrong while a query is built, each error a builtin's at once.

::

    DslError
    ├── UnknownFieldError    (AttributeError)  a name no field has
    ├── OperandError         (TypeError)       a value the operator or field can't take
    ├── TruthValueError      (TypeError)       'and', 'or', 'not', 'in', 1 < f < 3
    ├── ArgumentError        (ValueError)      a limit below 1, an open ring, an empty list
    │   └── CursorError                        a cursor that was altered, or is another query's
    ├── UpdateConflictError  (ValueError)      two changes of one path
    ├── PlacementError       (ValueError)      a stage where it can't stand
    ├── ParameterError       (LookupError)     a hole left open, a name without a hole
    ├── TranslationError     (ValueError)      what should be MQL and isn't
    ├── CompileError         (ValueError)      a value with no form where it stands
    └── ServerVersionError   (ValueError)      an operator that the server is too old for
"""


class DslError(Exception):
    """A query, update or pipeline can't be built as it was written."""


class UnknownFieldError(DslError, AttributeError):
    """A document class has no field of this name."""

    def __init__(self, message: str) -> None:
        # The message has a suggestion; Python would add its own to an attribute's name.
        super().__init__(message, name="", obj=None)


class OperandError(DslError, TypeError):
    """A value has a type that the operator or the field can't take."""


class TruthValueError(DslError, TypeError):
    """A query was used where Python asks for true or false."""


class ArgumentError(DslError, ValueError):
    """An argument has the right type and an impossible value."""


class CursorError(ArgumentError):
    """A cursor can't be followed: it is *malformed*, *altered* or *foreign*, by *reason*."""

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message, reason)
        self.reason = reason

    def __str__(self) -> str:
        message: str = self.args[0]
        return message


class UpdateConflictError(DslError, ValueError):
    """Two changes of an update touch the same path."""


class PlacementError(DslError, ValueError):
    """A stage stands where MongoDB doesn't take it."""


class ParameterError(DslError, LookupError):
    """A parameter was left unbound, or a bound name has no parameter."""


class CompileError(DslError, ValueError):
    """A value has no form where it stands: geo operators in expressions, say."""


class TranslationError(DslError, ValueError):
    """What should be translated is no MQL; *place* is where in it that shows."""

    def __init__(self, message: str, place: str = "") -> None:
        super().__init__(message)
        self.place = place


class ServerVersionError(DslError, ValueError):
    """The server that the query is compiled for is too old for a part of it.

    *subject* is the operator, argument or variable, *needs* the version that brought it,
    *server* the one compiled for.
    """

    def __init__(self, subject: str, needs: str, server: str) -> None:
        super().__init__(subject, needs, server)
        self.subject = subject
        self.needs = needs
        self.server = server

    def __str__(self) -> str:
        msg = f"{self.subject} needs MongoDB {self.needs}"
        return f"{msg}; the query is compiled for {self.server}"
