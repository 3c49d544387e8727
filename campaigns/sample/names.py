"""What people of the sample are called, each name with its spelling in an e-mail address.

A line is "Name:latin" words; where the address is the name in small letters without accents, the name alone.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Names:
    """The names of one language; last names have a form for women and one for men, often the same."""

    women: tuple[tuple[str, str], ...]
    men: tuple[tuple[str, str], ...]
    last_of_women: tuple[tuple[str, str], ...]
    last_of_men: tuple[tuple[str, str], ...]


def _read(words: str) -> tuple[tuple[str, str], ...]:
    pairs = (word.partition(":") for word in words.split())
    return tuple((name.replace("_", " "), latin or name.lower()) for name, _colon, latin in pairs)


def _names(*, women: str, men: str, last: str, last_of_men: str = "") -> Names:
    return Names(women=_read(women), men=_read(men), last_of_women=_read(last), last_of_men=_read(last_of_men or last))


NAMES: dict[str, Names] = {
    "en": _names(
        women="Ava Charlotte Chloe Ella Emily Emma Evelyn Grace Hannah Harper Isla Jasmine Lily Lucy Maya Megan Mia"
        " Nora Olivia Ruby Sarah Scarlett Sophie Victoria Zoe",
        men="Adam Aiden Ben Caleb Connor Daniel Dylan Ethan Felix George Harry Henry Isaac Jack James Leo Liam Logan"
        " Lucas Mason Noah Oliver Oscar Ryan Samuel",
        last="Adams Bailey Baker Bennett Brooks Carter Clarke Cooper Davies Edwards Evans Fisher Foster Graham Green"
        " Harris Hughes Jenkins Kelly Marshall Mitchell Murphy Palmer Parker Reed Shaw Spencer Turner Walker Wright",
    ),
    "es": _names(
        women="Alba Ana Beatriz Candela Carla Carmen Celia Clara Elena Inés:ines Irene Julia Laura Lola Lucía:lucia"
        " Marina Marta Natalia Noelia Nuria Paula Rocío:rocio Sara Sofía:sofia Valeria",
        men="Adrián:adrian Álvaro:alvaro Andrés:andres Bruno Carlos Daniel Diego Enrique Gonzalo Hugo Iker"
        " Javier Jorge Luis Manuel Marcos Mario Martín:martin Mateo Miguel Pablo Raúl:raul Rubén:ruben Sergio"
        " Tomás:tomas",
        last="Alonso Blanco Cabrera Campos Cano Castillo Cruz Delgado Domínguez:dominguez Flores Fuentes Gallego"
        " García:garcia Gil Herrera Iglesias León:leon López:lopez Medina Molina Navarro Ortega Prieto Ramos Reyes"
        " Romero Serrano Soler Vega Vidal",
    ),
    "uk": _names(
        women="Аліна:alina Анастасія:anastasiia Анна:anna Вікторія:viktoriia Галина:halyna Дарина:daryna"
        " Злата:zlata Ірина:iryna Катерина:kateryna Леся:lesia Любов:liubov Марія:mariia Мар'яна:mariana"
        " Наталія:nataliia Оксана:oksana Олена:olena Поліна:polina Роксолана:roksolana Соломія:solomiia Юлія:yuliia",
        men="Андрій:andrii Артем:artem Богдан:bohdan Василь:vasyl Віталій:vitalii Данило:danylo Денис:denys"
        " Дмитро:dmytro Іван:ivan Кирило:kyrylo Максим:maksym Марко:marko Микола:mykola Назар:nazar Олег:oleh"
        " Остап:ostap Петро:petro Роман:roman Тарас:taras Ярослав:yaroslav",
        last="Бондаренко:bondarenko Бойко:boiko Гаврилюк:havryliuk Гнатюк:hnatiuk Гончаренко:honcharenko"
        " Даниленко:danylenko Коваленко:kovalenko Ковальчук:kovalchuk Козак:kozak Кравченко:kravchenko"
        " Левченко:levchenko Лисенко:lysenko Марченко:marchenko Мельник:melnyk Мороз:moroz Панченко:panchenko"
        " Петренко:petrenko Поліщук:polishchuk Романюк:romaniuk Савченко:savchenko Сидоренко:sydorenko"
        " Ткаченко:tkachenko Шевченко:shevchenko Яременко:yaremenko",
    ),
    "ru": _names(
        women="Алёна:alena Алиса:alisa Анна:anna Валерия:valeria Варвара:varvara Вера:vera Дарья:daria"
        " Екатерина:ekaterina Елена:elena Жанна:zhanna Ирина:irina Ксения:ksenia Маргарита:margarita Мария:maria"
        " Надежда:nadezhda Ольга:olga Полина:polina Светлана:svetlana Татьяна:tatiana Юлия:yulia",
        men="Александр:alexander Алексей:alexey Антон:anton Борис:boris Вадим:vadim Виктор:viktor Глеб:gleb"
        " Григорий:grigory Денис:denis Евгений:evgeny Егор:egor Игорь:igor Илья:ilya Кирилл:kirill"
        " Константин:konstantin Максим:maxim Никита:nikita Павел:pavel Сергей:sergey Фёдор:fedor",
        last="Белова:belova Виноградова:vinogradova Волкова:volkova Голубева:golubeva Зайцева:zaitseva"
        " Захарова:zakharova Комарова:komarova Королёва:koroleva Крылова:krylova Кузнецова:kuznetsova"
        " Лебедева:lebedeva Макарова:makarova Морозова:morozova Никитина:nikitina Новикова:novikova Орлова:orlova"
        " Павлова:pavlova Романова:romanova Семёнова:semenova Соколова:sokolova Тихонова:tikhonova",
        last_of_men="Белов:belov Виноградов:vinogradov Волков:volkov Голубев:golubev Зайцев:zaitsev"
        " Захаров:zakharov Комаров:komarov Королёв:korolev Крылов:krylov Кузнецов:kuznetsov Лебедев:lebedev"
        " Макаров:makarov Морозов:morozov Никитин:nikitin Новиков:novikov Орлов:orlov Павлов:pavlov Романов:romanov"
        " Семёнов:semenov Соколов:sokolov Тихонов:tikhonov",
    ),
}
