"""The draft: complete, so that it only has to be launched. Two routes, texts per language and channel."""

from datetime import time, timedelta
from decimal import Decimal

from campaigns.models import Condition
from campaigns.sample.plans import CampaignPlan, PlannedRoute, PlannedStep, Words
from campaigns.sample.segments import LIKE_FASHION_OR_COFFEE, YOUNG
from channels.kinds import Channel

_EVERYWHERE = (
    Words(
        subject="The new season is here",
        text="Hello {{ first_name | there }}! Our new season has arrived, and until Sunday everything new is 20% off"
        " for you.",
        button_label="See what is new",
    ),
    Words(
        language="es",
        subject="La nueva temporada ya está aquí",
        text="¡Hola, {{ first_name | qué tal }}! Ha llegado nuestra nueva temporada y, hasta el domingo, todo lo nuevo"
        " tiene un 20 % de descuento para ti.",
        button_label="Ver lo nuevo",
    ),
    Words(
        language="uk",
        subject="Новий сезон уже тут",
        text="Вітаємо, {{ first_name | друже }}! У нас новий сезон, і до неділі на всі новинки для вас знижка 20 %.",
        button_label="Переглянути новинки",
    ),
    Words(
        language="ru",
        subject="Новый сезон уже здесь",
        text="Здравствуйте, {{ first_name | друг }}! У нас новый сезон, и до воскресенья на все новинки для вас"
        " скидка 20 %.",
        button_label="Посмотреть новинки",
    ),
)
_SMS = (
    Words(channel="sms", text="MARIGOLD: the new season is here. 20% off until Sunday: {{ link }} STOP to opt out"),
    Words(
        channel="sms",
        language="es",
        text="MARIGOLD: llega la nueva temporada. 20% menos hasta el domingo: {{ link }} Responda BAJA para salir",
    ),
    Words(channel="sms", language="uk", text="MARIGOLD: новий сезон, -20% до неділі {{ link }} Відмова: СТОП"),
    Words(channel="sms", language="ru", text="MARIGOLD: новый сезон, -20% до вс. {{ link }} Отказ: СТОП"),
)
_MAIL = (
    Words(
        channel="email",
        subject="{{ first_name | Friend }}, the new season is here: 20% off until Sunday",
        text="Hello {{ first_name | there }},\n\nlight wool, warm colours and our new espresso: the season has begun at"
        " Marigold. Until Sunday everything new is 20% off for you. Show this mail in the shop, or order"
        " online.\n\nYours, Marigold",
        button_label="See the collection",
    ),
    Words(
        channel="email",
        language="es",
        subject="{{ first_name | Hola }}, la nueva temporada: 20 % hasta el domingo",
        text="Hola, {{ first_name | qué tal }}:\n\nlana ligera, colores cálidos y nuestro nuevo espresso: la temporada"
        " empieza en Marigold. Hasta el domingo, todo lo nuevo tiene un 20 % de descuento para ti, en la tienda con"
        " este correo o en línea.\n\nHasta pronto, Marigold",
        button_label="Ver la colección",
    ),
    Words(
        channel="email",
        language="uk",
        subject="{{ first_name | Друже }}, новий сезон: знижка 20 % до неділі",
        text="Вітаємо, {{ first_name | друже }}!\n\nЛегка вовна, теплі кольори та наш новий еспресо: у Marigold почався"
        " сезон. До неділі на всі новинки для вас знижка 20 %: у крамниці з цим листом або онлайн.\n\nВаша Marigold",
        button_label="Переглянути колекцію",
    ),
    Words(
        channel="email",
        language="ru",
        subject="{{ first_name | Друг }}, новый сезон: скидка 20 % до воскресенья",
        text="Здравствуйте, {{ first_name | друг }}!\n\nЛёгкая шерсть, тёплые цвета и наш новый эспрессо: в Marigold"
        " начался сезон. До воскресенья на все новинки для вас скидка 20 %: в магазине с этим письмом или"
        " онлайн.\n\nВаша Marigold",
        button_label="Посмотреть коллекцию",
    ),
)

NEW_SEASON = CampaignPlan(
    name="New season",
    segment=LIKE_FASHION_OR_COFFEE,
    link="https://example.com/?page=new-season&customer={{ external_id }}",
    words=(*_EVERYWHERE, *_SMS, *_MAIL),
    routes=(
        PlannedRoute(
            segment=YOUNG,
            steps=(
                PlannedStep(channel=Channel.TELEGRAM, condition=Condition.CLICKED, timeout=timedelta(hours=2)),
                PlannedStep(channel=Channel.VIBER, condition=Condition.OPENED, timeout=timedelta(hours=4)),
                PlannedStep(channel=Channel.WHATSAPP, condition=Condition.OPENED, timeout=timedelta(hours=4)),
                PlannedStep(channel=Channel.SMS, condition=Condition.CLICKED, timeout=timedelta(hours=12)),
            ),
        ),
        PlannedRoute(
            steps=(
                PlannedStep(channel=Channel.PUSH, condition=Condition.CLICKED, timeout=timedelta(hours=1)),
                PlannedStep(channel=Channel.EMAIL, condition=Condition.CLICKED, timeout=timedelta(days=1)),
                PlannedStep(channel=Channel.VIBER, condition=Condition.OPENED, timeout=timedelta(hours=6)),
                PlannedStep(channel=Channel.SMS, condition=Condition.CLICKED, timeout=timedelta(hours=12)),
            ),
        ),
    ),
    quiet_hours=(time(21), time(9)),
    cap_campaigns=3,
    budget=Decimal(60),
)
