"""The pages of django-allauth that do a little more here."""

from allauth.account.models import EmailAddress
from allauth.account.views import EmailView, LogoutView
from django.http import HttpRequest, HttpResponse


class SignOut(LogoutView):
    """Nothing of the person's pages stays in the browser."""

    def post(self, *args, **kwargs) -> HttpResponse:
        response = super().post(*args, **kwargs)
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


class ChangeEmail(EmailView):
    """The present e-mail stays until the new one is confirmed; unknown to allauth, it would be dropped at once."""

    def dispatch(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        user = request.user
        if not EmailAddress.objects.filter(user=user, email=user.email, verified=True).exists():
            user.confirm_mailbox()
        return super().dispatch(request, *args, **kwargs)
