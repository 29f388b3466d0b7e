import os

from django.core.wsgi import get_wsgi_application

from mudir.host.service_user import die_with_parent

die_with_parent()  # else a web process of a killed server would keep the port

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mudir.settings")
application = get_wsgi_application()
