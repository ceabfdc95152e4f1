"""The figures over PostgreSQL, in the order in which they are measured, and what other parts take from them."""

from postgres_api import api
from postgres_server import Postgres, fill, job
from postgres_starts import held, lateness, million, takeover
from postgres_work import executions, fair, store, work

__all__ = ["ALL", "Postgres", "fair", "fill", "job"]

ALL = {
    "pg-store": store, "pg-executions": executions, "pg-api": api, "pg-lateness": lateness, "pg-million": million, "pg-takeover": takeover, "pg-work": work,
    "pg-held": held, "pg-fair": fair,
}
