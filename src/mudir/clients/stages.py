"""What each stage of the cycle asks of the manager."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mudir.clients.models import Stage

ASKS: dict[Stage, tuple[Promise, ...]] = {
    Stage.BASE: (_("Complete the key facts"), _("Learn who supplies them today"), _("Find the person who decides")),
    Stage.APPOINTMENT: (_("Agree a day by phone"), _("Name the goal of the meeting")),
    Stage.PREPARATION: (_("Read the history and the nuances"), _("Prepare the proposal"), _("Expect their objections")),
    Stage.CONTACT: (_("Show the mutual benefit"), _("Discuss the draft contract"), _("Note the differences")),
    Stage.NEEDS: (_("Ask what they need and why"), _("Show the whole range"), _("Take the order the range covers")),
    Stage.PRESENTATION: (_("Choose the right products"), _("Send the offer"), _("Show them to the person who decides")),
    Stage.OBJECTIONS: (_("Write down every objection"), _("Agree a measure for each"), _("Hear that it helped")),
    Stage.DEAL: (_("Settle the last differences"), _("Prepare the signing meeting"), _("Sign the contract")),
    Stage.SUPPORT: (_("Deliver all that was promised"), _("Ask how it went"), _("Plan the next order")),
    Stage.REFERRAL: (_("Ask for a recommendation"), _("Thank those who recommended")),
}
