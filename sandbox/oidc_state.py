"""Who can sign in, and with what the sandbox's OpenID provider signs: rebuilt from its journal."""

import secrets
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, NamedTuple

from joserfc import jwt
from joserfc.jwk import ECKey, KeyParameters, KeySet, RSAKey
from pydantic import Field, TypeAdapter

from domain.base import Model
from domain.staff.roster import Roster
from sandbox.http import Refusal, not_found
from sandbox.journal import Journal
from sandbox.oidc_messages import Algorithm, OidcPerson

CLIENT_ID = "casework-console"
CLIENT_SECRET = "sandbox-console-secret"
AUDIENCE = "casework-api"
"""Of access tokens; an ID token is for the client alone."""
CODE_LIFE = timedelta(minutes=1)
KEY_BITS = 2048

Key = RSAKey | ECKey


BESIDE_THE_DESK = (
    OidcPerson(sub="ops-01", name="Operator 01", about="ops", role="ops"),
    OidcPerson(sub="au-01", name="Auditor 01", about="auditor", role="auditor"),
    OidcPerson(sub="fi-01", name="Finance 01", about="finance", role="finance"),
)


class PersonPut(Model):
    """Somebody can sign in from now on, or is called otherwise."""

    entry: Literal["person"] = "person"
    person: OidcPerson


class KeyMade(Model):
    """A key was made; it takes the place of the one before for its algorithm."""

    entry: Literal["key"] = "key"
    alg: Algorithm
    jwk: dict[str, str | list[str]]


Entry = PersonPut | KeyMade
ENTRIES: TypeAdapter[Entry] = TypeAdapter(Annotated[Entry, Field(discriminator="entry")])


class Grant(NamedTuple):
    """What a code stands for until it is redeemed."""

    sub: str
    redirect_uri: str
    challenge: str
    nonce: str | None
    until: datetime


class Oidc:
    """The provider. Codes live in memory; keys are made when they are first asked for."""

    def __init__(self, journal: Journal[Entry]) -> None:
        self._journal = journal
        self.people = {person.sub: person for person in BESIDE_THE_DESK}
        self._keys: dict[Algorithm, Key] = {}
        self._codes: dict[str, Grant] = {}
        for entry in journal.replay():
            self._apply(entry)

    def know_staff(self, roster: Roster) -> None:
        """Let every member of a staff sign in."""
        for sub, member in roster.members.items():
            contact = roster.contacts.get(sub)
            words = ", ".join(role.replace("_", " ") for role in member.roles)
            about = f"{words}, {member.team}" if member.team else words
            person = OidcPerson(sub=sub, name=contact.name if contact else sub, about=about)
            if self.people.get(sub) != person:
                self.put(person)

    def put(self, person: OidcPerson) -> None:
        """Let somebody sign in."""
        self._record(PersonPut(person=person))

    def person(self, sub: str) -> OidcPerson:
        """Who this is; raises `Refusal`."""
        if sub not in self.people:
            raise not_found("person")
        return self.people[sub]

    def public_keys(self) -> dict[str, Any]:
        """The key set as everybody may read it."""
        return dict(KeySet([self.key("RS256"), self.key("ES256")]).as_dict(private=False))

    def key(self, alg: Algorithm) -> Key:
        """What is signed with."""
        if alg not in self._keys:
            self.rotate(alg)
        return self._keys[alg]

    def rotate(self, alg: Algorithm) -> None:
        """Sign with a new key; the one before is forgotten."""
        named: KeyParameters = {"kid": f"{alg.lower()}-{secrets.token_hex(4)}", "use": "sig", "alg": alg}
        key: Key = (
            RSAKey.generate_key(KEY_BITS, named) if alg == "RS256" else ECKey.generate_key("P-256", named)
        )
        self._record(KeyMade(alg=alg, jwk=dict(key.as_dict(private=True))))

    def token(self, claims: dict[str, Any], alg: Algorithm, kind: str) -> str:
        """A signed token; `kind` is what its header says it is."""
        key = self.key(alg)
        return jwt.encode({"alg": alg, "kid": key.kid, "typ": kind}, claims, key, algorithms=[alg])

    def grant(self, grant: Grant) -> str:
        """A code for what was granted."""
        code = secrets.token_urlsafe(24)
        self._codes[code] = grant
        return code

    def redeem(self, code: str, now: datetime) -> Grant:
        """What a code stands for, once; raises `Refusal`."""
        grant = self._codes.pop(code, None)
        if grant is None or grant.until <= now:
            raise Refusal(400, "invalid_grant", "the code is unknown, used or too old")
        return grant

    def _record(self, entry: Entry) -> None:
        self._journal.append(entry)
        self._apply(entry)

    def _apply(self, entry: Entry) -> None:
        if isinstance(entry, PersonPut):
            self.people[entry.person.sub] = entry.person
        else:
            self._keys[entry.alg] = (RSAKey if entry.alg == "RS256" else ECKey).import_key(entry.jwk)
