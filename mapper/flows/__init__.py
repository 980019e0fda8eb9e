"""Every rule of reading and writing, once: flows that know no driver."""
