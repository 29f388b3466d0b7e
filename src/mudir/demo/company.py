"""The facts of the demo company: a supplier of equipment in Riyadh, its people and its clients. All of it invented."""

from dataclasses import dataclass, field

PASSWORD = "mudir-demo-2026"

# Code, name, name in the other language, the team above.
TEAMS = (
    ("madar", "مدار للتوريد", "Madar Supplies", None),
    ("sales", "المبيعات", "Sales", "madar"),
    ("riyadh", "تجزئة الرياض", "Riyadh retail", "sales"),
    ("qassim", "القصيم وحائل", "Qassim and Hail", "riyadh"),
    ("jeddah", "جدة والغربية", "Jeddah and the west", "sales"),
    ("key", "كبار العملاء", "Key accounts", "sales"),
    ("warehouse", "المستودع والتوريد", "Warehouse and delivery", "madar"),
)


@dataclass(frozen=True)
class Member:
    code: str
    name: str
    name_other: str
    role: str
    team: str
    prefers: dict = field(default_factory=dict)


MEMBERS = (
    Member("sara", "سارة العتيبي", "Sara Al-Otaibi", "client_manager", "riyadh"),
    Member("omar", "عمر القحطاني", "Omar Al-Qahtani", "key_account_manager", "key"),
    Member("fahad", "فهد الدوسري", "Fahad Al-Dosari", "team_lead", "riyadh", {"calendar": "both"}),
    Member("huda", "هدى الشمري", "Huda Al-Shammari", "director", "sales", {"calendar": "both", "digits": "arab"}),
    Member("yasser", "ياسر المطيري", "Yasser Al-Mutairi", "department_staff", "warehouse"),
    Member("noura", "نورة السبيعي", "Noura Al-Subaie", "administrator", "madar"),
    Member("khalid", "خالد الرشيدي", "Khalid Al-Rashidi", "client_manager", "qassim"),
    Member("layla", "Layla Haddad", "ليلى حداد", "client_manager", "jeddah", {"language": "en"}),
)
SIGNING_IN = ("sara", "omar", "fahad", "huda", "yasser", "noura")  # one of each role


@dataclass(frozen=True)
class Facts:
    """A client in one row. Days count back from today; None for `contact` means never, for `confirmed` never."""

    code: str
    owner: str
    name: str
    name_other: str
    sector: str
    city: str
    phone: str
    tier: str
    lifecycle: str
    stage: int
    contact: int | None
    confirmed: int | None
    supplier: str = ""
    source: str = ""
    step: tuple[str, int] | None = None  # next step and in how many days it is due
    people: int = 2


CLIENTS = (
    Facts("nukhba", "sara", "شركة النخبة للتجارة", "Elite Trading LLC", "تجزئة الإلكترونيات", "الرياض", "011 234 5678",
          "key", "repeat", 6, 0, 200, "تقنيات الخليج", "توصية من مؤسسة الرواد", ("أرسل دعوة المعرض", 0), 0),
    Facts("wafa", "sara", "مصنع الوفاء للتغليف", "Al-Wafa Packaging Factory", "التغليف", "الرياض", "011 265 8090",
          "corporate", "client", 9, 1, 40, "", "معرض التغليف", ("اسأل المستودع عن الطلب المتأخر", -1), 3),
    Facts("ufuq", "sara", "مدارس الأفق الأهلية", "Ufuq Private Schools", "التعليم", "المدينة المنورة", "014 836 1127",
          "corporate", "negotiating", 8, 0, 12, "مكتبات الحجاز", "الموقع", ("جلسة توقيع العقد", 2), 3),
    Facts("sahm", "sara", "مجموعة السهم الطبية", "Al-Sahm Medical Group", "الصحة", "الرياض", "011 215 9977",
          "corporate", "repeat", 10, 0, 20, "", "عميل سابق", ("ابدأ تجديد العقد", 5), 3),
    Facts("shifa", "sara", "صيدليات الشفاء", "Shifa Pharmacies", "الصيدليات", "الرياض", "011 402 9183",
          "corporate", "negotiating", 5, 1, 75, "دواء الشرق", "اتصال بارد", ("أكمل استبيان الاحتياجات", 0), 3),
    Facts("basma", "sara", "عيادات بسمة", "Basma Clinics", "الصحة", "أبها", "017 226 4015",
          "ordinary", "negotiating", 5, 24, 230, "", "الموقع", None, 1),
    Facts("bunyan", "sara", "مقاولات البنيان", "Al-Bunyan Contracting", "المقاولات", "الدمام", "013 832 4467",
          "corporate", "negotiating", 5, 31, 210, "عدد ومعدات الشرق", "معرض البناء", ("اتصل للاطمئنان", -3), 3),
    Facts("rawwad", "sara", "مؤسسة الرواد", "Al-Rawwad Establishment", "الخدمات المكتبية", "الرياض", "011 291 6643",
          "ordinary", "repeat", 10, 10, 60, "", "توصية", ("اشكرهم على التوصية", 1), 1),
    Facts("ruwda", "sara", "روضة الأصدقاء", "Friends Kindergarten", "التعليم", "الرياض", "011 488 3071",
          "ordinary", "negotiating", 8, 16, 90, "", "الموقع", ("وقّع العقد إلكترونيًا", 0), 1),
    Facts("tawreed", "sara", "شركة التوريد السريع", "Rapid Supply Co.", "التوزيع", "الرياض", "011 218 7745",
          "ordinary", "prospect", 1, None, None, "", "معرض سابق", ("أكمل بيانات الاتصال", 3), 0),
    Facts("zilal", "sara", "استوديو ظلال", "Zilal Studio", "التصميم", "الرياض", "011 472 8856",
          "ordinary", "prospect", 2, 17, 100, "", "إنستغرام", ("اتصل صباح الأحد", -2), 1),
    Facts("zawya", "sara", "أثاث الزاوية", "Zawya Furniture", "الأثاث", "الرياض", "011 381 2206",
          "ordinary", "client", 6, 14, 150, "أثاث الدار", "زيارة", ("اقترح بديلًا متوفرًا", 4), 1),
    Facts("diwan", "sara", "حلويات الديوان", "Diwan Sweets", "الأغذية", "الرياض", "011 825 6603",
          "ordinary", "client", 7, 15, 185, "", "توصية", ("عوّض عن تأخر الشحنة", -6), 1),
    Facts("liyaqa", "sara", "نادي اللياقة الأول", "First Fitness Club", "الرياضة", "الرياض", "011 867 5521",
          "ordinary", "prospect", 2, 1, 5, "", "اتصال بارد", ("اتصل لتحديد موعد", 1), 1),
    Facts("khaldun", "sara", "مكتبة ابن خلدون", "Ibn Khaldun Bookshop", "النشر", "مكة المكرمة", "012 550 3348",
          "ordinary", "repeat", 10, 7, 30, "", "عميل سابق", ("اطلب توصية إلى مكتبة الحرم", 0), 1),
    Facts("nada", "sara", "مغاسل الندى", "Nada Laundries", "الخدمات", "الخرج", "011 548 2203",
          "ordinary", "dormant", 9, 96, 320, "", "الموقع", None, 1),
    Facts("raml", "omar", "مجموعة الرمال القابضة", "Al-Rimal Holding", "قابضة", "الدمام", "013 845 7711",
          "key", "negotiating", 4, 19, 45, "الخليج للتجهيز", "لقاء في معرض", ("أرسل مسودة العقد الإطاري", -5), 4),
    Facts("amal", "omar", "مستشفى الأمل التخصصي", "Al-Amal Specialist Hospital", "الصحة", "الرياض", "011 477 0032",
          "key", "negotiating", 8, 1, 25, "طبية المستقبل", "منافسة عامة", ("أنهِ محضر الفروق", 0), 4),
    Facts("bayan", "omar", "أسواق البيان", "Bayan Markets", "التجزئة", "جدة", "012 661 4020",
          "key", "repeat", 9, 1, 55, "", "عميل سابق", ("راجع تسليم الدفعة الثانية", 1), 4),
    Facts("waha", "omar", "فنادق واحة النخيل", "Palm Oasis Hotels", "الضيافة", "جدة", "012 283 9954",
          "key", "client", 6, 1, 35, "تجهيزات الضيافة", "توصية", ("قدّم باقة الصيانة", 0), 4),
    Facts("sahab", "omar", "شركة سحاب للتقنية", "Sahab Technology", "التقنية", "الرياض", "011 460 2295",
          "key", "negotiating", 3, 8, 15, "حلول الرقمية", "لقاء في معرض", ("اجتماع الثلاثاء", 6), 2),
    Facts("mina", "omar", "شركة ميناء الخليج للخدمات", "Gulf Port Services", "الخدمات اللوجستية", "الجبيل",
          "013 341 5580", "corporate", "negotiating", 3, 9, 80, "", "اتصال بارد", ("حضّر ملخّص الاجتماع", 3), 2),
    Facts("sunbula", "omar", "مخابز السنبلة", "Sunbula Bakeries", "الأغذية", "الأحساء", "013 584 7720",
          "corporate", "client", 9, 7, 70, "", "زيارة", ("زيارة المستودع", 7), 3),
    Facts("etqan", "khalid", "ورشة الإتقان", "Etqan Workshop", "الصيانة", "بريدة", "016 323 7090",
          "ordinary", "prospect", 2, 8, 50, "", "زيارة", ("ثبّت الموعد هاتفيًا", 0), 1),
    Facts("hara", "khalid", "بقالات الحارة", "Hara Groceries", "التجزئة", "حائل", "016 532 6418",
          "ordinary", "client", 9, 13, 190, "", "توصية", ("قِس رضا العميل", 3), 1),
    Facts("reef", "khalid", "مزارع الريف الأخضر", "Green Countryside Farms", "الزراعة", "عنيزة", "016 422 1870",
          "ordinary", "negotiating", 4, 12, 60, "مشاتل القصيم", "معرض زراعي", ("ناقش مسودة العقد", 1), 3),
    Facts("tamr", "khalid", "مصنع تمور الوادي", "Wadi Dates Factory", "الأغذية", "بريدة", "016 381 9042",
          "corporate", "negotiating", 7, 4, 65, "", "معرض زراعي", ("ردّ على اعتراض السعر", -1), 3),
    Facts("jabal", "khalid", "مدارس جبل العلم", "Jabal Al-Ilm Schools", "التعليم", "حائل", "016 543 7781",
          "ordinary", "lost", 7, 140, 260, "مكتبات الحجاز", "الموقع", None, 1),
    Facts("masar", "layla", "Masar Transport", "شركة مسار للنقل", "Transport", "جدة", "012 637 4159",
          "corporate", "negotiating", 4, 1, 33, "", "Trade fair", ("Send the payment terms", 0), 3),
    Facts("anaq", "layla", "Elegant Home Showrooms", "معارض البيت الأنيق", "Furniture", "جدة", "012 615 9036",
          "corporate", "client", 7, 0, 110, "Dar Furniture", "Referral", ("Offer a longer warranty", -2), 3),
    Facts("sufra", "layla", "Dar Al-Sufra Restaurants", "مطاعم دار السفرة", "Restaurants", "جدة", "012 889 2054",
          "corporate", "client", 7, 0, 95, "", "Cold call", ("Answer the price objection", 0), 3),
    Facts("hiraf", "layla", "Hiraf Publishing House", "دار الحرف للنشر", "Publishing", "جدة", "012 697 8841",
          "ordinary", "prospect", 1, None, None, "", "Website", None, 0),
    Facts("qimma", "layla", "Qimma Roasters", "محامص القمة", "Coffee", "الطائف", "012 746 3312",
          "ordinary", "negotiating", 6, 11, 44, "", "Instagram", ("Send samples of the cups", 2), 1),
    Facts("marjan", "layla", "Marjan Dive Resort", "منتجع مرجان", "Hospitality", "ينبع", "014 322 8810",
          "ordinary", "dormant", 9, 75, 240, "", "Referral", None, 1),
    Facts("nakhba", "khalid", "مؤسسة النخبة التجارية", "Al-Nokhba Commercial Est.", "الأدوات المنزلية", "بريدة",
          "016 325 4471", "ordinary", "prospect", 1, None, 8, "", "الموقع", ("عرّفهم بنا", 2), 1),
)
# Code of the chain, name, name in the other script, city, phone.
BRANCHES = (
    ("nukhba", "النخبة، فرع العليا", "Elite Trading, Olaya branch", "الرياض", "011 234 5601"),
    ("nukhba", "النخبة، فرع جدة", "Elite Trading, Jeddah branch", "جدة", "012 234 5602"),
    ("nukhba", "النخبة، فرع الخبر", "Elite Trading, Khobar branch", "الخبر", "013 234 5603"),
    ("bayan", "أسواق البيان، التحلية", "Bayan Markets, Tahlia", "جدة", "012 661 4031"),
    ("bayan", "أسواق البيان، العزيزية", "Bayan Markets, Aziziyah", "مكة المكرمة", "012 661 4032"),
    ("shifa", "صيدلية الشفاء، الملز", "Shifa Pharmacy, Malaz", "الرياض", "011 402 9191"),
    ("shifa", "صيدلية الشفاء، قرطبة", "Shifa Pharmacy, Qurtubah", "الرياض", "011 402 9192"),
)
# Owner, name, name in the other script, city, phone, relationship, stage, days since the last contact.
INDIVIDUALS = (
    ("sara", "د. أمل الحكيم", "Dr Amal Al-Hakim", "الرياض", "055 410 2278", "repeat", 10, 5),
    ("sara", "مشعل التميمي", "Mishal Al-Tamimi", "الرياض", "050 733 1946", "negotiating", 5, 3),
    ("sara", "عبدالله بن سعد الغامدي", "Abdullah bin Saad Al-Ghamdi", "الدرعية", "054 218 6630", "prospect", 1, None),
    ("khalid", "منيرة السهلي", "Munira Al-Sahli", "بريدة", "053 902 4417", "client", 9, 22),
    ("layla", "Priya Nair", "بريا ناير", "جدة", "056 377 2085", "negotiating", 6, 2),
    ("omar", "الشيخ فيصل العنزي", "Sheikh Faisal Al-Anazi", "الرياض", "050 111 4862", "client", 9, 6),
)
# Client, name, name in the other script, job, role, phone.
CONTACTS = (
    ("nukhba", "محمد الخالدي", "Mohammed Al-Khalidi", "مدير المشتريات", "decider", "055 012 3456"),
    ("nukhba", "ريم ناصر", "Reem Nasser", "مديرة المستودعات", "user", "055 012 3460"),
    ("nukhba", "عبدالله الحربي", "Abdullah Al-Harbi", "المدير المالي", "payer", "055 012 3471"),
    ("nukhba", "نجلاء الأحمدي", "Najla Al-Ahmadi", "مديرة مكتب المدير العام", "gatekeeper", "055 012 3488"),
)
# Job of a man, of a woman, in English; role.
MORE_JOBS = (
    ("مدير المشتريات", "مديرة المشتريات", "Purchasing manager", "decider"),
    ("المدير المالي", "المديرة المالية", "Finance director", "payer"),
    ("مشرف التشغيل", "مشرفة التشغيل", "Operations supervisor", "user"),
    ("المدير العام", "المديرة العامة", "General manager", "signatory"),
    ("سكرتير المدير", "سكرتيرة المدير", "Assistant to the director", "gatekeeper"),
    ("مدير الفروع", "مديرة الفروع", "Branches manager", "influencer"),
    ("مسؤول المستودع", "مسؤولة المستودع", "Warehouse keeper", "user"),
)
RELATIONS = (
    ("bunyan", "group", "raml", "تملك المجموعة 60٪"), ("nukhba", "referred", "rawwad", ""),
    ("sunbula", "supplier", "sufra", "خبز يومي للفروع"), ("qimma", "partner", "diwan", ""),
    ("khaldun", "partner", "hiraf", ""), ("wafa", "supplier", "tamr", "علب التمور"),
)

# What was said in a call, by the stage in which it may have been said: (answered, text).
SAID = {
    "ar": (
        (1, "عرّفناهم بنا وطلبوا التعريف بالبريد"),
        (1, "المدير في سفر حتى الأحد، نعاود الاتصال بعده"),
        (2, "وافق على لقاء قصير في مقرهم"),
        (3, "أكّد حضور المدير المالي وطلب جدول الأعمال قبلها بيوم"),
        (4, "ناقشنا مسودة العقد وبقي بند غرامة التأخير"),
        (4, "يرون مدة السداد قصيرة ويطلبون ستين يومًا"),
        (5, "يحتاجون تجهيز ثلاثة فروع قبل رمضان"),
        (5, "الأهم عندهم سرعة الصيانة لا السعر"),
        (6, "أعجبهم العرض ويريدون مقارنة مع السلسلة الأعلى"),
        (6, "طلبوا عيّنة من السلسلة الجديدة قبل القرار"),
        (7, "اعترضوا على مدة التوريد، والمنافس يعدهم بأسبوعين"),
        (7, "تأخر الشحنة الأخيرة أزعجهم، ووعدناهم بتقرير عن السبب"),
        (8, "اتفقنا على موعد التوقيع، والمفوّض بالتوقيع هو المدير العام"),
        (9, "استلموا الدفعة الأولى كاملة دون ملاحظات"),
        (9, "طلبوا تدريب موظفي المستودع على النظام"),
        (10, "راضون عن الخدمة ومستعدون لترشيحنا"),
    ),
    "en": (
        (1, "Introduced ourselves; they asked for the company profile by e-mail"),
        (2, "Agreed to meet for half an hour at their office"),
        (4, "Went through the draft contract, the late-delivery clause is open"),
        (5, "They need three branches fitted out before Ramadan"),
        (6, "Liked the offer and want to compare it with the higher series"),
        (7, "A competitor promises delivery in two weeks, we asked for five"),
        (7, "Price is above their budget; they would sign for a longer warranty"),
        (9, "Received the first delivery complete, no remarks"),
    ),
}
CALLING_BACK = ("liyaqa", "mina", "masar")  # asked to be called back today
NOTES = {
    "ar": (
        "القرار يمر بالمدير المالي قبل التوقيع، ولا يوقّع شيئًا في آخر أسبوع من الشهر.",
        "المستودع في صناعية السلي، والتفريغ من الباب الخلفي قبل العاشرة صباحًا.",
        "يقارنوننا بموردهم الحالي في سرعة الصيانة. جهّز أرقام زمن الاستجابة.",
        "زرنا الفرع الرئيسي: الأجهزة قديمة ونصفها خارج الضمان.",
        "أعجبهم نظام الباركود عند عميل آخر، وسألوا عن زيارته.",
    ),
    "en": (
        "The finance director decides; nothing gets signed in the last week of a month.",
        "Their warehouse unloads at the back gate before ten in the morning.",
        "They compare us with today's supplier on speed of repair. Bring our response times.",
    ),
}
DONE = {
    "ar": ("أرسل التعريف بالشركة", "احجز قاعة الاجتماع", "راجع العقد مع القانونية", "أرسل عرض السعر المعدّل"),
    "en": ("Send the company profile", "Ask legal to look at the contract", "Send the revised offer"),
}
# Client, kind, what to remember, and a day: a Gregorian one as days from today, a Hijri one as (month, day).
NUANCES = (
    ("nukhba", "preference", "يفضّل الاجتماع صباحًا، ولا مواعيد يوم الخميس.", None),
    ("nukhba", "promise", "وعدناه بعيّنة من السلسلة الجديدة قبل رمضان.", (9, 1)),
    ("nukhba", "date", "ذكرى تأسيس الشركة", 19),
    ("raml", "etiquette", "يُخاطب الشيخ أبو خالد بكنيته، والقهوة قبل الحديث في العمل.", None),
    ("raml", "date", "إفطار المجموعة السنوي في رمضان", (9, 15)),
    ("amal", "interest", "المدير الطبي مهتم بأجهزة توفير الطاقة.", None),
    ("amal", "relation", "المدير المالي أخو مدير المشتريات في مجموعة السهم.", None),
    ("waha", "date", "موسم الحج: لا تسليم في جدة ومكة", (12, 1)),
    ("waha", "preference", "تقارير الصيانة بالعربية والإنجليزية معًا.", None),
    ("wafa", "promise", "وعدناهم بخصم خمسة بالمئة إن تجاوز الطلب ألف كرتون.", None),
    ("sahm", "date", "تجديد العقد", 30),
    ("ufuq", "etiquette", "لا اتصال وقت الطابور الصباحي قبل الثامنة.", None),
    ("khaldun", "interest", "صاحب المكتبة يجمع الطبعات القديمة.", None),
    ("anaq", "preference", "Wants drawings, not lists of prices.", None),
    ("sufra", "date", "They open a new branch", 12),
)
CONSENTS = (
    ("nukhba", "email", True), ("nukhba", "whatsapp", True), ("nukhba", "sms", False), ("raml", "email", True),
    ("amal", "post", True), ("bayan", "whatsapp", True), ("waha", "email", True), ("shifa", "call", False),
    ("ufuq", "email", True), ("anaq", "email", True), ("sufra", "whatsapp", False),
)
MANAGEMENT_NOTE = "حد الخصم لهذا العميل عشرة بالمئة، وما زاد يُعرض على المديرة التجارية."
CLOSED = ("sahab", "sara", "تحضير عرض تقني مشترك")  # confidential client, to whom it is opened, what for
SHOWN_TO_STAFF = (("wafa", "متابعة الطلب المتأخر"), ("bayan", "تجهيز الدفعة الثانية"))
