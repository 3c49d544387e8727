"""The campaign that people enter one by one, as the shop's own system asks for it through the API."""

from datetime import timedelta

from campaigns.models import Condition, Purpose
from campaigns.models.campaigns import CampaignKind
from campaigns.sample.plans import CampaignPlan, PlannedRoute, PlannedStep, Words
from channels.kinds import Channel

_EVERYWHERE = (
    Words(
        subject="Your order {{ order }} is on its way",
        text="Hello {{ first_name | there }}, your order {{ order }} is on its way and will arrive on {{ day }}.",
        button_label="Follow the parcel",
    ),
    Words(
        language="es",
        subject="Tu pedido {{ order }} está en camino",
        text="Hola, {{ first_name | qué tal }}: tu pedido {{ order }} está en camino y llegará el {{ day }}.",
        button_label="Seguir el paquete",
    ),
    Words(
        language="uk",
        subject="Ваше замовлення {{ order }} у дорозі",
        text="Вітаємо, {{ first_name | друже }}! Ваше замовлення {{ order }} у дорозі, очікуйте його {{ day }}.",
        button_label="Стежити за посилкою",
    ),
    Words(
        language="ru",
        subject="Ваш заказ {{ order }} в пути",
        text="Здравствуйте, {{ first_name | друг }}! Ваш заказ {{ order }} в пути, ожидайте его {{ day }}.",
        button_label="Следить за посылкой",
    ),
)
_SMS = (
    Words(channel="sms", text="MARIGOLD: your order {{ order }} will arrive on {{ day }} {{ link }}"),
    Words(channel="sms", language="es", text="MARIGOLD: tu pedido {{ order }} llega el {{ day }} {{ link }}"),
    Words(channel="sms", language="uk", text="MARIGOLD: {{ order }} чекайте {{ day }} {{ link }}"),
    Words(channel="sms", language="ru", text="MARIGOLD: {{ order }} ждите {{ day }} {{ link }}"),
)

ORDERS = CampaignPlan(
    name="Order on its way",
    kind=CampaignKind.API,
    purpose=Purpose.TRANSACTIONAL,
    link="https://example.com/?order={{ order }}",
    words=(*_EVERYWHERE, *_SMS),
    routes=(
        PlannedRoute(
            steps=(
                PlannedStep(channel=Channel.PUSH, condition=Condition.CLICKED, timeout=timedelta(minutes=10)),
                PlannedStep(channel=Channel.SMS, condition=Condition.DELIVERED, timeout=timedelta(minutes=30)),
                PlannedStep(channel=Channel.CALL_TASK, condition=Condition.ANSWERED, timeout=timedelta(days=1)),
            ),
        ),
    ),
    orders=tuple({"order": f"A-{number}", "day": "12.06."} for number in range(10_421, 10_445)),
)
