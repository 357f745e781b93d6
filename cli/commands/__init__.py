"""One command of `tonghop` a file."""
