"""How languages write dates and numbers, where Django's own way reads badly."""
