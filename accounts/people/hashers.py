"""Password hashing at the strength OWASP's password storage sheet asks for, at a cost one web worker can bear."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """argon2id, 19 MiB, two passes, one lane (about 0.1 s)."""

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1
