"""Who is signed in, read with what their role says: every request asks for both."""

from allauth.account.auth_backends import AuthenticationBackend

from mudir.accounts.models import User


class SignedIn(AuthenticationBackend):
    def get_user(self, user_id: int) -> User | None:
        user = User.objects.with_role().filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None
