"""What records are found by."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models


class NameToken(models.Model):
    """One word of a name, in one script, as `kit.arabic.name_tokens` gives it: the vocabulary of all names.

    `akey` is its likeliest Arabic spelling; mistakes in typing are looked for among these alone, because a trigram
    index over the names themselves is a hundred times slower at a million rows.
    """

    token = models.CharField(max_length=100)
    akey = models.CharField(max_length=100)
    is_spelled = models.BooleanField(default=True)  # false: its keys in the other script are still to come

    class Meta:
        # Not `unique=True`, which makes a second index for LIKE that nothing asks.
        constraints = [models.UniqueConstraint(fields=["token"], name="one_row_per_token")]
        indexes = [
            GinIndex(fields=["akey"], opclasses=["gin_trgm_ops"], name="tokens_by_likeness", fastupdate=False),
            models.Index(fields=["id"], condition=models.Q(is_spelled=False), name="tokens_to_spell"),
        ]


class TokenKey(models.Model):
    """A folded spelling that leads to a token: itself, and for a Latin one its likely Arabic spellings.

    `cost` is 0 for itself, more the less likely the spelling is (search/vocabulary.py).
    """

    pk = models.CompositePrimaryKey("key", "token")
    # Compared byte by byte, so that the primary key also answers what a word begins with, in any database.
    key = models.CharField(max_length=100, db_collation="C")
    token = models.ForeignKey(NameToken, on_delete=models.CASCADE, related_name="keys", db_index=False)
    cost = models.FloatField()

    class Meta:
        # Asked once per import for the tokens of many names.
        indexes = [models.Index(fields=["token", "cost"], name="keys_of_token")]


class Words(SearchVectorField):
    """Lexemes that we make ourselves (search/lexemes.py); `words__finds` takes a finished tsquery."""


@Words.register_lookup
class Finds(models.Lookup):
    lookup_name = "finds"
    prepare_rhs = False

    def get_db_prep_lookup(self, value, connection):
        return "%s::tsquery", [value]

    def as_sql(self, compiler, connection):
        lhs, lhs_params = self.process_lhs(compiler, connection)
        rhs, rhs_params = self.process_rhs(compiler, connection)
        return f"{lhs} @@ {rhs}", [*lhs_params, *rhs_params]


class SearchEntry(models.Model):
    """Everything one record is found by. It holds nothing that only some readers of the record may see."""

    pk = models.CompositePrimaryKey("kind", "object_id")
    kind = models.CharField(max_length=80)
    object_id = models.BigIntegerField()
    tokens = ArrayField(models.BigIntegerField())  # of its names, to rank by
    words = Words()

    class Meta:
        # Sorting entries in by the hundred takes half of what one by one takes. The list of those to be sorted in stays
        # short (kB): every search reads it, and while it is long PostgreSQL reads the whole table instead.
        indexes = [GinIndex(fields=["words"], name="entries_by_words", gin_pending_list_limit=512)]
