"""What the pages about access show in words."""

from django import template

from mudir.accounts.devices import device_of

register = template.Library()
register.simple_tag(device_of, name="device")
