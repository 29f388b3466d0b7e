"""Forms about people, teams and preferences."""

from mudir.accounts.forms.preferences import PreferencesForm
from mudir.accounts.forms.team import TeamForm
from mudir.accounts.forms.user import UserForm
from mudir.accounts.forms.welcome import WelcomeForm

__all__ = ["PreferencesForm", "TeamForm", "UserForm", "WelcomeForm"]
