"""Who lives in the demo marketplace: four categories, twelve shops, what they sell, and their story."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CategorySpec:
    code: str
    parent: str
    name: str
    name_zh: str


@dataclass(frozen=True)
class Item:
    """A product: `weight` is its part of the shop's sales, `options` its variants with a price factor each."""

    title: str
    title_zh: str
    sku: str
    price: float
    weight: float
    options: tuple[tuple[str, str, float], ...] = (("", "", 1.0),)


@dataclass(frozen=True)
class ShopSpec:
    """`rate` is orders a day at the start, `growth` the factor of sales per year, `story` what is special.

    `advertising` is what it usually spends a week; a shop that `holds_back` takes goods off the shelf now and then.
    """

    slug: str
    name: str
    name_zh: str
    city: str
    category: str
    rate: float
    growth: float
    language: str = "zh-hans"
    story: str = ""
    days: int = 730
    advertising: float = 0.0
    holds_back: bool = False


CATEGORIES = (
    CategorySpec("home", "", "Home and kitchen", "家居厨房"),
    CategorySpec("teaware", "home", "Teaware", "茶具"),
    CategorySpec("kitchen-storage", "home", "Kitchen storage", "厨房收纳"),
    CategorySpec("electronics", "", "Electronics", "数码电器"),
    CategorySpec("headphones", "electronics", "Headphones", "耳机"),
    CategorySpec("beauty", "", "Beauty", "美妆个护"),
    CategorySpec("skin-care", "beauty", "Skin care", "护肤"),
)

SHOPS = (
    ShopSpec("luming", "Luming Teaware", "鹿鸣茶具", "Hangzhou", "teaware", 8.6, 1.25, "en", advertising=1200.0),
    ShopSpec("qingyun", "Qingyun Pottery", "青云陶坊", "Jingdezhen", "teaware", 7.0, 0.95, holds_back=True),
    ShopSpec("oolong-house", "Oolong House", "乌龙小馆", "Xiamen", "teaware", 3.9, 1.0, "en"),
    ShopSpec("tidy-home", "Tidy Home", "整洁之家", "Ningbo", "kitchen-storage", 7.8, 1.0),
    ShopSpec("box-and-jar", "Box and Jar", "盒与罐", "Yiwu", "kitchen-storage", 4.7, 1.9, "en", story="growing"),
    ShopSpec("new-shelf", "New Shelf", "新架子", "Suzhou", "kitchen-storage", 2.2, 1.0, story="new", days=19),
    ShopSpec("northwave", "Northwave Audio", "北浪音频", "Shenzhen", "headphones", 9.4, 1.05, "en"),
    ShopSpec("bluenote", "Bluenote", "蓝调耳机", "Shenzhen", "headphones", 6.2, 1.1),
    ShopSpec("clearsound", "Clearsound", "清音数码", "Dongguan", "headphones", 5.5, 1.0, story="crisis"),
    ShopSpec("spring-dew", "Spring Dew", "春露护肤", "Shanghai", "skin-care", 7.0, 1.1),
    ShopSpec("botanica", "Botanica", "植萃研究所", "Guangzhou", "skin-care", 5.5, 1.0, "en"),
    ShopSpec("snow-lotus", "Snow Lotus", "雪莲本草", "Chengdu", "skin-care", 3.1, 0.9),
)

_SIZES = (("small", "小号", 1.0), ("large", "大号", 1.6))
_COLOURS = (("black", "黑色", 1.0), ("white", "白色", 1.0))

ITEMS: dict[str, tuple[Item, ...]] = {
    "teaware": (
        Item("Travel gaiwan set, celadon", "旅行盖碗套装 青瓷", "TG-CEL", 168, 5),
        Item("Glass teapot", "玻璃茶壶", "GT", 129, 3, (("400 ml", "400 毫升", 1.0), ("600 ml", "600 毫升", 1.2))),
        Item("Cast-iron kettle", "铸铁壶", "CK", 329, 1.2, (("0.9 L", "0.9 升", 1.0), ("1.2 L", "1.2 升", 1.25))),
        Item("Linen tea towel, pair", "亚麻茶巾（两条）", "LT", 59, 2.5),
        Item("Bamboo tea tray", "竹制茶盘", "BT", 198, 1.6, _SIZES),
        Item("Porcelain tasting cups, six", "白瓷品茗杯（六只）", "PC-6", 89, 2.8),
        Item("Purple clay teapot", "紫砂壶", "ZS", 459, 0.6),
        Item("Tea caddy, tin", "锡制茶叶罐", "TC", 76, 1.9, _SIZES),
    ),
    "kitchen-storage": (
        Item("Airtight jar set", "密封罐套装", "AJ", 89, 4, (("three", "三件", 1.0), ("six", "六件", 1.8))),
        Item("Drawer divider", "抽屉分隔板", "DD", 39, 3),
        Item("Stackable fridge box", "可叠放冰箱盒", "FB", 29, 4, _SIZES),
        Item("Wall rack, steel", "壁挂置物架", "WR", 119, 1.6),
        Item("Spice carousel", "旋转调料架", "SC", 99, 1.4),
        Item("Rice dispenser 10 kg", "米桶 10 公斤", "RD-10", 139, 1.2),
        Item("Dish drainer", "沥水碗架", "DR", 109, 1.5, _COLOURS),
    ),
    "headphones": (
        Item("Wireless earbuds", "真无线耳机", "WE", 199, 5, _COLOURS),
        Item("Noise-cancelling headphones", "降噪头戴耳机", "NC", 699, 1.6, _COLOURS),
        Item("Sports neckband", "运动颈挂耳机", "SN", 129, 2),
        Item("Gaming headset", "电竞耳麦", "GH", 259, 1.5),
        Item("USB-C in-ear", "Type-C 入耳式耳机", "UC", 69, 3),
        Item("Kids headphones", "儿童耳机", "KH", 149, 1.2, (("blue", "蓝色", 1.0), ("pink", "粉色", 1.0))),
        Item("Carrying case", "耳机收纳盒", "CC", 35, 1.8),
    ),
    "skin-care": (
        Item("Hydrating serum", "补水精华", "HS", 159, 4, (("30 ml", "30 毫升", 1.0), ("50 ml", "50 毫升", 1.5))),
        Item("Gentle cleanser", "温和洁面乳", "GC", 79, 3.5),
        Item("Daily sunscreen SPF 50", "日常防晒 SPF 50", "DS-50", 99, 3),
        Item("Night cream", "晚霜", "NM", 189, 2),
        Item("Sheet masks, ten", "面膜（十片）", "SM-10", 89, 4),
        Item("Lip balm", "润唇膏", "LB", 29, 2.4),
        Item("Hand cream", "护手霜", "HC", 35, 2, (("rose", "玫瑰", 1.0), ("lemon", "柠檬", 1.0))),
    ),
}

CARRIERS = ("SF Express", "YTO Express", "ZTO Express", "JD Logistics")
CITIES = (
    ("Shanghai", "Shanghai"), ("Beijing", "Beijing"), ("Guangzhou", "Guangdong"), ("Shenzhen", "Guangdong"),
    ("Hangzhou", "Zhejiang"), ("Chengdu", "Sichuan"), ("Wuhan", "Hubei"), ("Nanjing", "Jiangsu"),
    ("Suzhou", "Jiangsu"), ("Xi'an", "Shaanxi"), ("Chongqing", "Chongqing"), ("Qingdao", "Shandong"),
)  # fmt: skip
STREETS = ("Yuyuan Road", "Jianshe Road", "Renmin Road", "Xinhua Street", "Wenhua Road", "Heping Street")
SURNAMES = tuple("陈李王张刘杨黄赵周吴徐孙马朱胡林郭何高罗郑梁谢宋唐")
GIVEN = (
    *("雨涵", "子轩", "梦瑶", "浩然", "婷婷", "嘉怡", "俊杰", "诗雨", "博文", "若曦"),
    *("欣怡", "天宇", "雅琪", "志强", "思远", "晓彤", "佳宁", "文静", "宇航", "美玲"),
)
ENGLISH = (
    "Emma Laurent", "Marcus Tan", "Olivia Park", "Daniel Wright", "Sofia Rossi", "Noah Becker", "Grace Lim",
    "Lucas Martin", "Ava Johnson", "Ethan Clark", "Mia Novak", "Leo Fischer",
)  # fmt: skip
