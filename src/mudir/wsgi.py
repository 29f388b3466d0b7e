import gc
import os

from django.core.wsgi import get_wsgi_application

from mudir.host.service_user import die_with_parent

die_with_parent()  # else a web process of a killed server would keep the port

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mudir.settings")
application = get_wsgi_application()

# A page makes tens of thousands of objects and keeps none: collecting as often as Python does by itself, over all that
# was loaded at the start, doubled the time of the slowest pages.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 50)
