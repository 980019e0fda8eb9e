"""What classes can add to how their documents are written and found."""

from mapper.behaviours.face import Behaviour, behaviours_of


__all__ = ["Behaviour", "behaviours_of"]
