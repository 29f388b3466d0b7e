"""Taking a removal back."""

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from mudir.clients import services
from mudir.clients.services.removal import REMOVABLE
from mudir.kit.messages import notify


@require_POST
def put_back(request: HttpRequest, kind: str, removal: int) -> HttpResponse:
    if kind not in REMOVABLE:
        raise Http404
    try:
        record = services.put_back(kind=kind, removal=removal, by=request.user)
    except ObjectDoesNotExist:
        raise Http404 from None
    except ValidationError as error:
        return HttpResponse(" ".join(error.messages), status=409, content_type="text/plain; charset=utf-8")
    notify(request, _("It is back."))
    return HttpResponseRedirect(record.get_absolute_url())
