"""The campaign that runs: its windows are long enough that people stand at different steps whenever one looks."""

from datetime import timedelta
from decimal import Decimal

from campaigns.models import Condition
from campaigns.sample.plans import CampaignPlan, PlannedRoute, PlannedStep, Words
from campaigns.sample.segments import YOUNG
from channels.kinds import Channel

_EVERYWHERE = (
    Words(
        subject="Two for one, this weekend",
        text="Hello {{ first_name | there }}, this weekend the second coffee is on us, in every Marigold shop.",
        button_label="Find a shop",
    ),
    Words(
        language="es",
        subject="Dos por uno este fin de semana",
        text="Hola, {{ first_name | qué tal }}: este fin de semana el segundo café corre de nuestra cuenta, en todas"
        " las tiendas Marigold.",
        button_label="Buscar tienda",
    ),
    Words(
        language="uk",
        subject="Два за ціною одного на вихідних",
        text="Вітаємо, {{ first_name | друже }}! На цих вихідних друга кава за наш рахунок у кожній крамниці Marigold.",
        button_label="Знайти крамницю",
    ),
    Words(
        language="ru",
        subject="Два по цене одного на выходных",
        text="Здравствуйте, {{ first_name | друг }}! В эти выходные второй кофе за наш счёт в каждом магазине"
        " Marigold.",
        button_label="Найти магазин",
    ),
)
_SMS = (
    Words(channel="sms", text="MARIGOLD: this weekend the second coffee is on us. {{ link }} STOP to opt out"),
    Words(
        channel="sms",
        language="es",
        text="MARIGOLD: este fin de semana el segundo café es gratis. {{ link }} BAJA para salir",
    ),
    Words(channel="sms", language="uk", text="MARIGOLD: друга кава за наш рахунок {{ link }} Відмова: СТОП"),
    Words(channel="sms", language="ru", text="MARIGOLD: второй кофе за наш счёт {{ link }} Отказ: СТОП"),
)

WEEKEND = CampaignPlan(
    name="Weekend: second coffee free",
    link="https://example.com/?page=shops&city={{ city }}",
    words=(*_EVERYWHERE, *_SMS),
    routes=(
        PlannedRoute(
            segment=YOUNG,
            steps=(
                PlannedStep(channel=Channel.TELEGRAM, condition=Condition.CLICKED, timeout=timedelta(minutes=2)),
                PlannedStep(channel=Channel.INSTAGRAM, condition=Condition.OPENED, timeout=timedelta(minutes=15)),
                PlannedStep(channel=Channel.WHATSAPP, condition=Condition.OPENED, timeout=timedelta(hours=3)),
                PlannedStep(channel=Channel.SMS, condition=Condition.CLICKED, timeout=timedelta(hours=6)),
            ),
        ),
        PlannedRoute(
            steps=(
                PlannedStep(channel=Channel.PUSH, condition=Condition.CLICKED, timeout=timedelta(minutes=3)),
                PlannedStep(channel=Channel.EMAIL, condition=Condition.CLICKED, timeout=timedelta(minutes=10)),
                PlannedStep(channel=Channel.VIBER, condition=Condition.OPENED, timeout=timedelta(hours=2)),
                PlannedStep(channel=Channel.SMS, condition=Condition.CLICKED, timeout=timedelta(hours=8)),
            ),
        ),
    ),
    budget=Decimal(50),
)
