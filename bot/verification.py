"""The bot's part in making the call's safety words: commit, reveal, compare. Pure.

`web/src/call/commitment.ts` has the same rules, as a table. The bot commits before it takes anything from the partner,
so that there is one phase less here. Nobody listens to its words; that the partner kept to what he committed to is
checked all the same, because whoever did not sits between the two.
"""

from bot.sas import Commitment, End, Reveal, SafetyWords, commitment_of, words_of
from matcher.domain import Side


class Violated(Exception):
    """Somebody did not keep to what they had committed to, or sends us back our own: the call must end."""


class Verification:
    """One call's exchange.

    Args:
        call_id: The words are of this call alone.
        side: Which end we are.
        own: Our certificate's fingerprint and our nonce.
    """

    def __init__(self, call_id: str, side: Side, own: End) -> None:
        self.commitment = Commitment(commitment_of(own))
        self.words: SafetyWords | None = None
        self._call_id = call_id
        self._side = side
        self._own = own
        self._fingerprint: str | None = None
        self._commitment: str | None = None
        self._nonce: str | None = None

    def describe(self, fingerprint: str) -> None:
        """DTLS holds the partner to this fingerprint, now or again.

        Raises:
            Violated: It is another one than before, or our own.
        """
        self._fingerprint = _once(self._fingerprint, fingerprint, self._own.fingerprint)
        self._compare()

    def commit(self, theirs: Commitment) -> Reveal | None:
        """Take the partner's commitment.

        Returns:
            What he is to be told now.

        Raises:
            Violated: It is another one than before, or our own.
        """
        before = self._commitment
        self._commitment = _once(before, theirs.commitment, self.commitment.commitment)
        return Reveal(self._own.nonce) if before is None else None

    def reveal(self, theirs: Reveal) -> None:
        """Take the partner's nonce.

        Raises:
            Violated: He has not committed to it; or it is another one than before, or our own.
        """
        if self._commitment is None:
            raise Violated
        self._nonce = _once(self._nonce, theirs.nonce, self._own.nonce)
        self._compare()

    def _compare(self) -> None:
        if self._fingerprint is None or self._nonce is None or self.words is not None:
            return
        partner = End(self._fingerprint, self._nonce)
        if commitment_of(partner) != self._commitment:
            raise Violated
        ends = (self._own, partner) if self._side is Side.A else (partner, self._own)
        self.words = words_of(self._call_id, *ends)


def _once(before: str | None, now: str, own: str) -> str:
    """Return what is said; a channel that is set up again says it again."""
    if now == own or before not in {None, now}:
        raise Violated
    return now
