"""The campaign that ends within two minutes of the first start, played by the sandbox's audience."""

from datetime import timedelta

from campaigns.models import Condition
from campaigns.sample.plans import CampaignPlan, PlannedRoute, PlannedStep, Words
from channels.kinds import Channel

_EVERYWHERE = (
    Words(
        subject="Your points are about to expire",
        text="Hello {{ first_name | there }}, your Marigold club points are valid until Friday. A coffee on us?",
        button_label="Use my points",
    ),
    Words(
        language="es",
        subject="Tus puntos están a punto de caducar",
        text="Hola, {{ first_name | qué tal }}: tus puntos del club Marigold valen hasta el viernes. ¿Te invitamos a un"
        " café?",
        button_label="Usar mis puntos",
    ),
    Words(
        language="uk",
        subject="Ваші бали скоро згорять",
        text="Вітаємо, {{ first_name | друже }}! Ваші бали клубу Marigold діють до п'ятниці. Пригостити вас кавою?",
        button_label="Використати бали",
    ),
    Words(
        language="ru",
        subject="Ваши баллы скоро сгорят",
        text="Здравствуйте, {{ first_name | друг }}! Ваши баллы клуба Marigold действуют до пятницы. Угостить вас"
        " кофе?",
        button_label="Потратить баллы",
    ),
)
_SMS = (
    Words(channel="sms", text="MARIGOLD: your points expire on Friday. A coffee on us? {{ link }} STOP to opt out"),
    Words(
        channel="sms",
        language="es",
        text="MARIGOLD: tus puntos caducan el viernes. Te invitamos a un café: {{ link }} BAJA para salir",
    ),
    Words(channel="sms", language="uk", text="MARIGOLD: бали діють до п'ятниці {{ link }} Відмова: СТОП"),
    Words(channel="sms", language="ru", text="MARIGOLD: баллы сгорят в пятницу {{ link }} Отказ: СТОП"),
)
_CALL = (
    Words(
        channel="voice",
        text="Hello! This is Marigold. Your club points are valid until Friday. Come by for a coffee on us.",
    ),
    Words(
        channel="voice",
        language="es",
        text="¡Hola! Le llamamos de Marigold. Sus puntos del club valen hasta el viernes. Le invitamos a un café.",
    ),
    Words(
        channel="voice",
        language="uk",
        text="Вітаємо! Це Marigold. Ваші бали клубу діють до п'ятниці. Завітайте на каву за наш рахунок.",
    ),
    Words(
        channel="voice",
        language="ru",
        text="Здравствуйте! Это Marigold. Ваши баллы клуба действуют до пятницы. Заходите на кофе за наш счёт.",
    ),
)

LOYALTY_CLUB = CampaignPlan(
    name="Loyalty club: points expire",
    link="https://example.com/?page=points",
    words=(*_EVERYWHERE, *_SMS, *_CALL),
    routes=(
        PlannedRoute(
            steps=(
                PlannedStep(channel=Channel.PUSH, condition=Condition.CLICKED, timeout=timedelta(seconds=15)),
                PlannedStep(channel=Channel.EMAIL, condition=Condition.OPENED, timeout=timedelta(seconds=40)),
                PlannedStep(channel=Channel.SMS, condition=Condition.CLICKED, timeout=timedelta(seconds=25)),
                PlannedStep(channel=Channel.VOICE, condition=Condition.ANSWERED, timeout=timedelta(seconds=10)),
            ),
        ),
    ),
)
