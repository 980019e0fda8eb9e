"""How each kind of annotation is stored and read back; `mapper.converter` puts it together."""
