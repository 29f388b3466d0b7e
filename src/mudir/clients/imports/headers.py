"""What the heads of columns mean, as other programs and people write them."""

import re
from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from mudir.kit.arabic.fold import fold
from mudir.kit.arabic.words import without_article
from mudir.records.importing import Target

WORDS = re.compile(r"[^\W\d_]+")
NUMBER = re.compile(r"\b(\d+)\b")
CUSTOM = re.compile(r"__c$", re.I)  # Salesforce marks the fields of a house so

# A head is compared without case, spaces, signs, numbers and the Arabic article: "E-mail 2 Address" is emailaddress.
SHARED = {
    "name_other": (
        "name in other script|name in the other script|other name|english name|name english|name en|latin name"
        "|name in english|arabic name|name arabic|name ar|name in arabic|الاسم بالانجليزية|الاسم الانجليزي"
        "|الاسم بالإنجليزي|الاسم اللاتيني|اسم الشركة بالإنجليزية|الاسم بالعربية|الاسم العربي"
        "|الاسم بالكتابة الأخرى|الاسم الآخر"
    ),
    "phones": (
        "phone|phones|phone number|phone value|telephone|tel|telephone number|primary phone|main phone"
        "|contact number|phone no|هاتف|الهاتف|رقم الهاتف|تلفون|رقم التلفون|التليفون|الهواتف|رقم الاتصال"
        "|organization phone|person phone|phone primary"
    ),
    "phones:mobile": (
        "mobile|mobile phone|mobile number|cell|cell phone|cellphone|mobile no|whatsapp|whatsapp number|gsm"
        "|tel mobile|tel cell|جوال|الجوال|رقم الجوال|موبايل|محمول|رقم المحمول|نقال|الهاتف المتنقل|واتساب"
        "|person phone mobile|car phone"
    ),
    "phones:work": (
        "work phone|business phone|office phone|company main phone|company phone|tel work|هاتف العمل|هاتف المكتب"
        "|organization phone work|person phone work"
    ),
    "phones:home": "home phone|tel home|هاتف المنزل|person phone home",
    "phones:fax": "fax|fax number|business fax|work fax|home fax|other fax|tel fax|فاكس|الفاكس|رقم الفاكس",
    "phones:other": (
        "other phone|tel other|assistant phone|asst phone|secondary phone|alternate phone|callback|pager"
        "|pager number|person phone other|radio phone|هاتف آخر"
    ),
    "phones:type": "phone type|phone label",
    "emails": (
        "email|emails|e mail|email address|e mail address|email value|primary email|mail|company email|بريد"
        "|البريد|البريد الإلكتروني|الايميل|ايميل|بريد إلكتروني|organization email|person email|email primary"
        "|البرد"
    ),
    "emails:work": "work email|business email|email work|بريد العمل|person email work",
    "emails:personal": "personal email|home email|email personal|person email home",
    "emails:other": (
        "other email|secondary email|alternate email|email other|person email other|additional email addresses"
    ),
    "emails:type": "email type|email label",
    "address:type": "address type|address label|adr type",
    "street": (
        "street|address|street address|address line|address street|mailing street|billing street|business street"
        "|business address|work address|address formatted|billing address|company address|mailing address"
        "|adr street|الشارع|العنوان|عنوان|organization address|address full|billing address line"
        "|address street address|mailing address line"
    ),
    "district": "district|neighborhood|neighbourhood|quarter|الحي|حي",
    "city": (
        "city|town|address city|mailing city|billing city|business city|work city|company city|adr city"
        "|address locality|المدينة|مدينة|organization address city|city town|billing address city"
        "|headquarters location"
    ),
    "region": (
        "region|state|province|state region|address region|mailing state|billing state|business state|work state"
        "|adr region|state province|county|المنطقة|الولاية|المحافظة|billing address state"
    ),
    "postal_code": (
        "postal code|zip|zip code|postcode|zipcode|zip postal code|address postal code|mailing zip|billing zip"
        "|billing postal code|mailing postal code|billing code|mailing code|business postal code|work zip code"
        "|adr postal code|الرمز البريدي|الرمز"
    ),
    "country": (
        "country|address country|mailing country|billing country|business country|work country|country region"
        "|adr country|country code|billing country code|الدولة|البلد|دولة|بلد|address country region"
    ),
    "street:home": "home street|home address|address home",
    "city:home": "home city",
    "region:home": "home state",
    "postal_code:home": "home postal code|home zipcode|home zip code",
    "country:home": "home country",
    "street:other": "other street|other address",
    "city:other": "other city",
    "region:other": "other state|other province",
    "postal_code:other": "other postal code|other zip",
    "country:other": "other country",
    "languages": "language|languages|lang|preferred language|locale|اللغة|اللغات|لغة التواصل",
    "notes": "notes|note|description|comment|comments|remarks|about|ملاحظات|الملاحظات|ملاحظة|وصف|تعليق|about us",
    "external_id": (
        "id|record id|external id|uid|hs object id|zoho id|crm id|number in another system|الرقم في نظام آخر"
        "|رقم العميل|المعرف"
    ),
    "name:given": "first name|given name|forename|n given|الاسم الأول|الاسم الاول|person first name",
    "name:middle": "middle name|additional name|n middle|اسم الأب|الاسم الأوسط|middle initial",
    "name:family": (
        "last name|family name|surname|n family|اسم العائلة|العائلة|اللقب العائلي|الاسم الأخير|person last name"
        "|الكنية"
    ),
    "owner": (
        "owner|account owner|contact owner|company owner|client owner|owner email|responsible|assigned to"
        "|account manager|organization owner|person owner|المالك|المسؤول|مدير الحساب|مدير العميل|record owner"
    ),
}
CLIENTS = SHARED | {
    "name": (
        "name|company|company name|account|account name|organization|organisation|organization name|client"
        "|client name|customer|customer name|business name|trade name|legal name|full name|display name|file as"
        "|fn|deal organization|security|اسم العميل|العميل|الاسم|اسم|اسم الشركة|الشركة|المنشأة|اسم المنشأة|المؤسسة"
        "|اسم المؤسسة|الجهة|اسم الجهة|الاسم التجاري|contact name|person name|الاسم الكامل"
    ),
    "external_id": SHARED["external_id"] + (
        "|account id|customer id|client id|organization id|organization organization id"
    ),
    "kind": "kind|client kind|client type|النوع|نوع العميل",
    "street:delivery": "shipping street|shipping address|delivery address|عنوان التوصيل|shipping address line",
    "city:delivery": "shipping city",
    "region:delivery": "shipping state|shipping province",
    "postal_code:delivery": "shipping postal code|shipping zip|shipping code|shipping zip code",
    "country:delivery": "shipping country|shipping country code",
    "website": (
        "website|web site|web page|web|url|website url|company website|homepage|domain|company domain name"
        "|organization web|organization website|الموقع|الموقع الإلكتروني|موقع الويب|work web page"
    ),
    "sector": (
        "industry|sector|vertical|line of business|business sector|gics sector|organization industry|القطاع"
        "|النشاط|المجال|نشاط الشركة|قطاع"
    ),
    "tier": "tier|الفئة|فئة العميل|درجة العميل",
    "lifecycle": "relationship|lifecycle|lifecycle stage|العلاقة|مرحلة العميل",
    "source": (
        "source|lead source|account source|original source|client source|المصدر|مصدر العميل"
        "|original traffic source"
    ),
    "registration_number": (
        "registration number|cr|cr no|cr number|commercial registration|commercial register|registration no"
        "|company registration number|trade licence|trade license|license number|السجل التجاري|رقم السجل التجاري"
        "|سجل تجاري|رقم السجل|رقم الرخصة|cik"
    ),
    "tax_number": (
        "tax number|vat|vat number|vat no|tax id|vat id|tin|tax no|الرقم الضريبي|رقم ضريبي|رقم التسجيل الضريبي"
    ),
    "client_since": "client since|customer since|since|عميل منذ|منذ|تاريخ بدء التعامل",
    "present_supplier": (
        "present supplier|supplied by|current supplier|supplier|competitor|incumbent|المورد الحالي|المورد"
        "|يورد له الآن"
    ),
}
CONTACTS = SHARED | {
    "name": (
        "name|full name|contact|contact name|contact person|display name|person|person name|fn|employee name"
        "|الاسم|اسم|اسم جهة الاتصال|جهة الاتصال|الاسم الكامل|اسم الموظف|الشخص المسؤول|اسم المسؤول"
        "|deal contact person"
    ),
    "external_id": SHARED["external_id"] + "|contact id|person id|person person id",
    "name:suffix": "suffix|name suffix|n suffix",
    "nickname": "nickname|file as|short name|اللقب",
    "title": "title|salutation|name prefix|n prefix|prefix|form of address|التحية|اللقب الرسمي",
    "job_title": (
        "job title|position|role|occupation|organization title|job|designation|profession|المسمى الوظيفي|الوظيفة"
        "|المنصب|person job title|tjob title"
    ),
    "department": "department|organization department|org unit|القسم|الإدارة",
    "client": (
        "company|company name|account|account name|organization|organisation|organization name|client|employer"
        "|org|associated company|primary associated company|person organization|الشركة|اسم الشركة|العميل"
        "|جهة العمل|المنشأة|المؤسسة|deal organization"
    ),
    "birthday": "birthday|birth date|date of birth|birthdate|bday|تاريخ الميلاد|الميلاد|person birthday",
    "birthday:year": "birth year",
    "birthday:month": "birth month",
    "birthday:day": "birth day",
}
del CONTACTS["owner"]

LAYOUTS = (  # who writes files with all of these heads; the first that fits
    ("Salesforce", {"isdeleted", "systemmodstamp"}),
    ("Salesforce", {"billingstreet", "billingcity", "billingcountry", "ownerid"}),
    ("Salesforce", {"mailingstreet", "mailingcity", "accountid"}),
    ("Google Contacts", {"filesas", "organizationname"}),
    ("Google Contacts", {"fileas", "organizationname", "emailvalue"}),
    ("Google Contacts", {"givenname", "familyname", "emailvalue"}),
    ("Outlook", {"businessphone", "businessstreet", "emailaddress"}),
    ("Outlook", {"firstname", "companymainphone"}),
    ("Thunderbird", {"displayname", "primaryemail", "secondaryemail"}),
    ("Pipedrive", {"dealid", "dealtitle"}),
    ("Pipedrive", {"personname", "personid"}),
    ("Pipedrive", {"organizationname", "organizationid"}),
    ("Pipedrive", {"organizationname", "organizationowner"}),
    ("Zoho CRM", {"recordid", "contactowner", "accountname"}),  # before HubSpot, which has no accounts
    ("HubSpot", {"recordid", "contactowner"}),
    ("HubSpot", {"recordid", "companyowner"}),
    ("HubSpot", {"recordid", "lifecyclestage"}),
    ("Zoho CRM", {"accountid", "accountowner", "accountname"}),
    ("Zoho CRM", {"accountownerid"}), ("Zoho CRM", {"contactownerid"}), ("Zoho CRM", {"leadownerid"}),
    ("Zoho CRM", {"accountname", "mostrecentvisit"}), ("Zoho CRM", {"contactid", "contactowner"}),
    ("Zoho CRM", {"recordid", "accountname"}), ("Zoho CRM", {"leadid", "leadowner"}),
)
# Lists of deals: a row is no client, and what it calls its name is the deal's.
DEALS = ({"isdeleted", "stagename", "closedate"}, {"stagename", "amount", "closedate"}, {"dealname", "dealstage"},
         {"dealid", "dealtitle"}, {"dealname", "stage", "closingdate"})
DEAL_TARGETS = {"dealorganization", "dealcontactperson"}  # heads of a list of deals that speak of a client all the same

TYPE_WORDS = {  # what a column of types says, by the sort of value it is about
    "phones": (("fax", "fax"), ("فاكس", "fax"), ("mobile", "mobile"), ("cell", "mobile"), ("جوال", "mobile"),
               ("محمول", "mobile"), ("work", "work"), ("main", "work"), ("عمل", "work"), ("home", "home"),
               ("منزل", "home")),
    "emails": (("work", "work"), ("عمل", "work"), ("home", "personal"), ("personal", "personal"), ("منزل", "personal")),
    "address": (("work", "office"), ("عمل", "office"), ("home", "home"), ("منزل", "home"), ("billing", "billing"),
                ("shipping", "delivery")),
}
ADDRESS_PARTS = ("street", "district", "city", "region", "postal_code", "country")

GROUPS = {"name": _("Name"), "reach": _("How to reach them"), "address": _("Address"), "about": _("About them")}
TYPES = {
    "phones": {"mobile": _("Phone, mobile"), "work": _("Phone, work"), "home": _("Phone, home"), "fax": _("Fax"),
               "other": _("Phone, other"), "type": _("Type of the next phone")},
    "emails": {"work": _("E-mail, work"), "personal": _("E-mail, personal"), "other": _("E-mail, other"),
               "type": _("Type of the next e-mail")},
    "address": {"type": _("Type of the next address")},
    "name": {"given": _("First name"), "middle": _("Middle name"), "family": _("Family name"),
             "suffix": _("Suffix of the name")},
    "birthday": {"year": _("Year of birth"), "month": _("Month of birth"), "day": _("Day of birth")},
    "delivery": {"street": _("Street, delivery"), "city": _("City, delivery"), "region": _("Region, delivery"),
                 "postal_code": _("Postal code, delivery"), "country": _("Country, delivery")},
    "home": {"street": _("Street, home"), "city": _("City, home"), "region": _("Region, home"),
             "postal_code": _("Postal code, home"), "country": _("Country, home")},
    "other": {"street": _("Street, other"), "city": _("City, other"), "region": _("Region, other"),
              "postal_code": _("Postal code, other"), "country": _("Country, other")},
}


def head_key(head: str) -> str:
    words = [without_article(word) for word in WORDS.findall(fold(CUSTOM.sub("", head)))]
    return "".join(words)


def _table(synonyms: dict[str, str]) -> dict[str, str]:
    table: dict[str, str] = {}
    for target, heads in synonyms.items():
        for head in heads.split("|"):
            table.setdefault(head_key(head), target)
    return table


CLIENT_HEADS, CONTACT_HEADS = _table(CLIENTS), _table(CONTACTS)


def layout_of(keys: set[str]) -> str:
    return next((name for name, heads in LAYOUTS if heads <= keys), "")


def is_list_of_deals(keys: set[str]) -> bool:
    return any(heads <= keys for heads in DEALS)


def understood(heads: Sequence[str], table: dict[str, str], targets: Sequence[Target]) -> list[str]:
    """The target of each column by its head, "" where it tells none. Heads are only known words here: what they mean
    beside each other, the importers decide."""
    keys = [head_key(head) for head in heads]
    by_label = {head_key(str(target.label)): target.id for target in targets} | {
        head_key(target.id): target.id for target in targets}
    allowed = {target.id for target in targets}
    mapping = []
    for key in keys:
        target = (table.get(key) or by_label.get(key, "")) if key else ""
        mapping.append(target if target in allowed else "")
    if is_list_of_deals(set(keys)):
        mapping = [target if key in DEAL_TARGETS else "" for key, target in zip(keys, mapping, strict=True)]
    return mapping


def number_in(head: str) -> str:
    """The number of a repeated head, "Address 2 - City"; empty where it has none."""
    found = NUMBER.search(head)
    return found[1] if found and " - " in head else ""
