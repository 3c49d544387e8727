"""What the campaigns of a year say, in the languages of both markets."""

from dataclasses import dataclass
from typing import NamedTuple

from campaigns.sample.plans import Words

SENTENCE_OF_LEAVING = {"en": "STOP to opt out", "es": "BAJA para salir", "uk": "Відмова: СТОП", "ru": "Отказ: СТОП"}
GREETING = {
    "en": "Hello {{ first_name | there }}! ",
    "es": "¡Hola, {{ first_name | qué tal }}! ",
    "uk": "Вітаємо, {{ first_name | друже }}! ",
    "ru": "Здравствуйте, {{ first_name | друг }}! ",
}
THANKS = {
    "en": "\n\nYours, Marigold",
    "es": "\n\nHasta pronto, Marigold",
    "uk": "\n\nВаша Marigold",
    "ru": "\n\nВаша Marigold",
}


class Said(NamedTuple):
    """The subject, one sentence, and what stands on the button."""

    subject: str
    sentence: str
    button: str


@dataclass(frozen=True, kw_only=True)
class Theme:
    """What a campaign is about: its name, and what it says in each language."""

    name: str
    page: str
    en: Said
    es: Said
    uk: Said
    ru: Said

    def words(self, languages: tuple[str, ...]) -> list[Words]:
        """The texts for a market with `languages`: what everybody gets is said in the first."""
        return [
            words
            for place, language in enumerate(languages)
            for words in _in(language, getattr(self, language), "" if place == 0 else language)
        ]


def _in(language: str, said: Said, tag: str) -> tuple[Words, ...]:
    spoken = f"Marigold. {said.sentence}"
    short = f"MARIGOLD: {said.sentence} {{{{ link }}}} {SENTENCE_OF_LEAVING[language]}"
    text = GREETING[language] + said.sentence
    return (
        Words(language=tag, subject=said.subject, text=text, button_label=said.button),
        Words(channel="sms", language=tag, text=short),
        Words(
            channel="email",
            language=tag,
            subject=said.subject,
            text=text.replace("! ", "!\n\n", 1) + THANKS[language],
            button_label=said.button,
        ),
        Words(channel="voice", language=tag, text=spoken),
    )


THEMES = {
    "black_friday": Theme(
        name="Black Friday",
        page="black-friday",
        en=Said("Black Friday has begun", "Up to 50% off until Sunday night, while stocks last.", "Shop now"),
        es=Said("Ha empezado el Black Friday", "Hasta un 50 % menos hasta el domingo por la noche.", "Comprar"),
        uk=Said("Чорна п'ятниця почалася", "Знижки до 50 % до ночі неділі, поки є товар.", "До покупок"),
        ru=Said("Чёрная пятница началась", "Скидки до 50 % до ночи воскресенья, пока есть товар.", "За покупками"),
    ),
    "gifts": Theme(
        name="Gift guide",
        page="gifts",
        en=Said("Gifts for everyone", "Forty presents under 30, wrapped for free until the 22nd.", "See the gifts"),
        es=Said("Regalos para todos", "Cuarenta regalos por menos de 30, envueltos gratis hasta el 22.", "Ver regalos"),
        uk=Said("Подарунки для всіх", "Сорок подарунків із безкоштовним пакуванням до 22 числа.", "Обрати"),
        ru=Said("Подарки для всех", "Сорок подарков с бесплатной упаковкой до 22 числа.", "Выбрать"),
    ),
    "new_year": Theme(
        name="New Year",
        page="new-year",
        en=Said("Happy New Year", "A coffee on us in the first week of the year.", "Get my coffee"),
        es=Said("Feliz Año Nuevo", "En la primera semana del año, el café corre de nuestra cuenta.", "Quiero mi café"),
        uk=Said("З Новим роком", "У перший тиждень року кава за наш рахунок.", "Отримати каву"),
        ru=Said("С Новым годом", "В первую неделю года кофе за наш счёт.", "Получить кофе"),
    ),
    "january_sale": Theme(
        name="January sale",
        page="sale",
        en=Said("The January sale", "Winter coats and boots are 40% off from today.", "To the sale"),
        es=Said("Rebajas de enero", "Abrigos y botas de invierno, un 40 % menos desde hoy.", "A las rebajas"),
        uk=Said("Січневий розпродаж", "Зимові пальта й чоботи від сьогодні зі знижкою 40 %.", "На розпродаж"),
        ru=Said("Январская распродажа", "Зимние пальто и сапоги с сегодняшнего дня со скидкой 40 %.", "На распродажу"),
    ),
    "valentine": Theme(
        name="Valentine's day",
        page="valentine",
        en=Said("Two for one on the 14th", "Come with somebody you love: the second dessert is on us.", "Book a table"),
        es=Said("Dos por uno el día 14", "Ven con quien más quieras: el segundo postre es gratis.", "Reservar mesa"),
        uk=Said("14 лютого два за ціною одного", "Приходьте удвох: другий десерт за наш рахунок.", "Забронювати"),
        ru=Said("14 февраля два по цене одного", "Приходите вдвоём: второй десерт за наш счёт.", "Забронировать"),
    ),
    "eighth_of_march": Theme(
        name="8 March",
        page="march",
        en=Said("Flowers on us", "From the 6th to the 8th of March every order comes with flowers.", "Choose"),
        es=Said("Flores de regalo", "Del 6 al 8 de marzo, cada pedido llega con flores.", "Elegir"),
        uk=Said("Квіти від нас", "З 6 до 8 березня до кожного замовлення квіти.", "Обрати"),
        ru=Said("Цветы от нас", "С 6 по 8 марта к каждому заказу цветы.", "Выбрать"),
    ),
    "spring": Theme(
        name="Spring collection",
        page="spring",
        en=Said(
            "Spring is in the shop", "Light jackets and linen in twelve colours have arrived.", "See the collection"
        ),
        es=Said("La primavera ya está en la tienda", "Chaquetas ligeras y lino en doce colores.", "Ver la colección"),
        uk=Said("Весна вже в крамниці", "Легкі куртки та льон у дванадцяти кольорах.", "До колекції"),
        ru=Said("Весна уже в магазине", "Лёгкие куртки и лён в двенадцати цветах.", "К коллекции"),
    ),
    "mothers_day": Theme(
        name="Mother's Day",
        page="mothers-day",
        en=Said("For your mother", "Order by Thursday and it arrives on Sunday morning.", "Find a present"),
        es=Said("Para tu madre", "Pide antes del jueves y llegará el domingo por la mañana.", "Buscar regalo"),
        uk=Said(
            "Для вашої мами", "Замовте до четверга, і в неділю вранці подарунок буде на місці.", "Знайти подарунок"
        ),
        ru=Said(
            "Для вашей мамы", "Закажите до четверга, и утром в воскресенье подарок будет на месте.", "Найти подарок"
        ),
    ),
    "summer": Theme(
        name="Summer",
        page="summer",
        en=Said("Iced and easy", "Cold brew for the price of an espresso, all June.", "Find a shop"),
        es=Said("Frío y fácil", "Cold brew al precio de un espresso, todo junio.", "Buscar tienda"),
        uk=Said("Холодна кава", "Колдбрю за ціною еспресо, увесь червень.", "Знайти крамницю"),
        ru=Said("Холодный кофе", "Колдбрю по цене эспрессо, весь июнь.", "Найти магазин"),
    ),
    "travel": Theme(
        name="Ready to travel",
        page="travel",
        en=Said("Packed for the summer", "Bags and travel cups are 25% off this week.", "Pack now"),
        es=Said("Maletas listas", "Bolsas y vasos de viaje, un 25 % menos esta semana.", "Ver ofertas"),
        uk=Said("Готові до подорожі", "Сумки й дорожні чашки цього тижня зі знижкою 25 %.", "Зібратися"),
        ru=Said("Готовы к поездке", "Сумки и дорожные кружки на этой неделе со скидкой 25 %.", "Собраться"),
    ),
    "summer_sale": Theme(
        name="Summer sale",
        page="sale",
        en=Said("Summer sale: last sizes", "Everything light is half price until it is gone.", "To the sale"),
        es=Said("Últimas tallas", "Todo lo de verano, a mitad de precio hasta agotar existencias.", "A las rebajas"),
        uk=Said("Останні розміри", "Усе літнє за пів ціни, поки є.", "На розпродаж"),
        ru=Said("Последние размеры", "Всё летнее за полцены, пока есть.", "На распродажу"),
    ),
    "back_to_school": Theme(
        name="Back to school",
        page="school",
        en=Said("Ready for school", "Backpacks and lunch boxes: the second is half price.", "Look inside"),
        es=Said("Vuelta al cole", "Mochilas y fiambreras: la segunda, a mitad de precio.", "Ver"),
        uk=Said("До школи готові", "Рюкзаки й ланчбокси: другий за пів ціни.", "Переглянути"),
        ru=Said("К школе готовы", "Рюкзаки и ланчбоксы: второй за полцены.", "Посмотреть"),
    ),
    "autumn": Theme(
        name="Autumn collection",
        page="autumn",
        en=Said("Wool weather", "Knitwear and our pumpkin roast are here.", "See what is new"),
        es=Said("Tiempo de lana", "Ya han llegado los jerséis y nuestro tueste de otoño.", "Ver novedades"),
        uk=Said("Час вовни", "У нас новий трикотаж і осіння обсмажка.", "Новинки"),
        ru=Said("Время шерсти", "У нас новый трикотаж и осенняя обжарка.", "Новинки"),
    ),
    "singles_day": Theme(
        name="11.11",
        page="eleven",
        en=Said("11.11: eleven offers", "Eleven offers for 24 hours.", "See all eleven"),
        es=Said("11.11: once ofertas", "Once ofertas durante 24 horas.", "Ver las once"),
        uk=Said("11.11: одинадцять пропозицій", "Одинадцять пропозицій на 24 години.", "Усі одинадцять"),
        ru=Said("11.11: одиннадцать предложений", "Одиннадцать предложений на 24 часа.", "Все одиннадцать"),
    ),
    "weekend": Theme(
        name="Weekend coffee",
        page="weekend",
        en=Said("The second coffee is free", "This weekend the second coffee is on us.", "Find a shop"),
        es=Said(
            "El segundo café es gratis", "Este fin de semana el segundo café corre de nuestra cuenta.", "Buscar tienda"
        ),
        uk=Said("Друга кава безкоштовно", "На цих вихідних друга кава за наш рахунок.", "Знайти крамницю"),
        ru=Said("Второй кофе бесплатно", "В эти выходные второй кофе за наш счёт.", "Найти магазин"),
    ),
    "points": Theme(
        name="Points expire",
        page="points",
        en=Said("Your points expire soon", "Your club points are valid until Friday.", "Use my points"),
        es=Said("Tus puntos caducan pronto", "Tus puntos del club valen hasta el viernes.", "Usar mis puntos"),
        uk=Said("Ваші бали скоро згорять", "Ваші бали клубу діють до п'ятниці.", "Використати бали"),
        ru=Said("Ваши баллы скоро сгорят", "Ваши баллы клуба действуют до пятницы.", "Потратить баллы"),
    ),
    "nps": Theme(
        name="How are we doing?",
        page="survey",
        en=Said("One question", "From 0 to 10: would you recommend us? Just answer with a number.", "Answer"),
        es=Said("Una pregunta", "De 0 a 10: ¿nos recomendarías? Responde con un número.", "Responder"),
        uk=Said("Одне запитання", "Від 0 до 10: чи порадили б ви нас? Відповідайте числом.", "Відповісти"),
        ru=Said("Один вопрос", "От 0 до 10: посоветовали бы вы нас? Ответьте числом.", "Ответить"),
    ),
    "win_back": Theme(
        name="We miss you",
        page="welcome-back",
        en=Said("It has been a while", "Come back this month and take 20% off anything.", "Take my 20%"),
        es=Said("Hace tiempo que no te vemos", "Vuelve este mes y llévate un 20 % de descuento.", "Quiero mi 20 %"),
        uk=Said("Давно не бачилися", "Повертайтеся цього місяця: знижка 20 % на все.", "Взяти 20 %"),
        ru=Said("Давно не виделись", "Возвращайтесь в этом месяце: скидка 20 % на всё.", "Взять 20 %"),
    ),
    "vip": Theme(
        name="Gold preview",
        page="preview",
        en=Said("First for gold members", "The new collection is yours a day before all others.", "Enter"),
        es=Said("Primero, los socios oro", "La nueva colección es tuya un día antes que de nadie.", "Entrar"),
        uk=Said("Спершу для золотих клієнтів", "Нова колекція ваша на день раніше за всіх.", "Увійти"),
        ru=Said("Сначала для золотых клиентов", "Новая коллекция ваша на день раньше всех.", "Войти"),
    ),
    "app": Theme(
        name="Only in the app",
        page="app",
        en=Said(
            "Only in the app today",
            "Order ahead in the app today and skip the line and the delivery fee.",
            "Open the app",
        ),
        es=Said("Hoy, solo en la app", "Pide hoy en la app: sin colas ni gastos de envío.", "Abrir la app"),
        uk=Said("Сьогодні лише в застосунку", "Замовте в застосунку: без черги й плати за доставку.", "Відкрити"),
        ru=Said("Сегодня только в приложении", "Закажите в приложении: без очереди и платы за доставку.", "Открыть"),
    ),
    "beans": Theme(
        name="New roast",
        page="beans",
        en=Said(
            "A new roast from Ethiopia", "Floral, light and fresh since Monday: the first bag is 15% off.", "Taste it"
        ),
        es=Said("Nuevo tueste de Etiopía", "Floral y ligero: la primera bolsa, un 15 % menos.", "Probarlo"),
        uk=Said("Нова обсмажка з Ефіопії", "Квіткова й легка: перша пачка зі знижкою 15 %.", "Скуштувати"),
        ru=Said("Новая обжарка из Эфиопии", "Цветочная и лёгкая: первая пачка со скидкой 15 %.", "Попробовать"),
    ),
    "delivery": Theme(
        name="Free delivery",
        page="delivery",
        en=Said("We bring it for free", "Free delivery on all orders until Wednesday.", "Order"),
        es=Said("Te lo llevamos gratis", "Envío gratis en todos los pedidos hasta el miércoles.", "Pedir"),
        uk=Said("Доставимо безкоштовно", "Безкоштовна доставка всіх замовлень до середи.", "Замовити"),
        ru=Said("Доставим бесплатно", "Бесплатная доставка всех заказов до среды.", "Заказать"),
    ),
    "referral": Theme(
        name="Bring a friend",
        page="friends",
        en=Said("Ten for you, ten for a friend", "Send a friend your code and both of you save 10.", "Get my code"),
        es=Said("Diez para ti y diez para un amigo", "Comparte tu código y ahorraréis 10 cada uno.", "Mi código"),
        uk=Said("Вам і вашому другові", "Надішліть другові свій код, і обоє отримаєте знижку.", "Мій код"),
        ru=Said("Вам и вашему другу", "Отправьте другу свой код, и оба получите скидку.", "Мой код"),
    ),
    "cart": Theme(
        name="Abandoned cart",
        page="cart",
        en=Said("You left something behind", "What you have chosen is kept for you until tonight.", "Back to my cart"),
        es=Said("Te has dejado algo", "Te guardamos lo que elegiste hasta esta noche.", "Volver a mi cesta"),
        uk=Said("Ви дещо залишили", "Те, що ви обрали, чекає на вас до вечора.", "До кошика"),
        ru=Said("Вы кое-что оставили", "То, что вы выбрали, ждёт вас до вечера.", "К корзине"),
    ),
    "birthday": Theme(
        name="Birthday",
        page="birthday",
        en=Said("Happy birthday", "A slice of cake is waiting for you, all week.", "Get my cake"),
        es=Said("Feliz cumpleaños", "Te espera un trozo de tarta, toda la semana.", "Quiero mi tarta"),
        uk=Said("З днем народження", "На вас чекає шматочок торта, увесь тиждень.", "Отримати торт"),
        ru=Said("С днём рождения", "Вас ждёт кусочек торта, всю неделю.", "Получить торт"),
    ),
}
