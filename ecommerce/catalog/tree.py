"""The category tree a new platform starts with: code, English name, Chinese name, and what lies below."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Node:
    code: str
    name: str
    name_zh: str
    below: tuple[Node, ...] = ()


TREE = (
    Node(
        "home-kitchen",
        "Home and kitchen",
        "家居厨房",
        (
            Node(
                "teaware",
                "Teaware",
                "茶具",
                (
                    Node("gaiwans", "Gaiwans", "盖碗"),
                    Node("teapots", "Teapots", "茶壶"),
                    Node("tea-cups", "Tea cups", "茶杯"),
                    Node("tea-accessories", "Tea accessories", "茶道配件"),
                ),
            ),
            Node("cookware", "Cookware", "锅具"),
            Node("tableware", "Tableware", "餐具"),
            Node("kitchen-appliances", "Small kitchen appliances", "厨房小家电"),
            Node("storage", "Storage", "收纳"),
            Node("bedding", "Bedding and linen", "床品家纺"),
            Node("decoration", "Decoration", "家居饰品"),
        ),
    ),
    Node(
        "electronics",
        "Electronics accessories",
        "数码配件",
        (
            Node("phone-cases", "Phone cases", "手机壳"),
            Node("chargers", "Chargers and cables", "充电器和数据线"),
            Node("audio", "Headphones and speakers", "耳机音箱"),
            Node("wearables", "Watches and bands", "智能手表手环"),
            Node("computer-accessories", "Computer accessories", "电脑外设"),
        ),
    ),
    Node(
        "beauty",
        "Beauty and care",
        "美妆个护",
        (
            Node("skin-care", "Skin care", "护肤"),
            Node("make-up", "Make-up", "彩妆"),
            Node("hair-care", "Hair care", "美发护发"),
            Node("fragrance", "Fragrance", "香水香氛"),
        ),
    ),
    Node(
        "clothing",
        "Clothing and shoes",
        "服饰鞋包",
        (
            Node("womens-clothing", "Women’s clothing", "女装"),
            Node("mens-clothing", "Men’s clothing", "男装"),
            Node("shoes", "Shoes", "鞋靴"),
            Node("bags", "Bags and luggage", "箱包"),
        ),
    ),
    Node(
        "sports",
        "Sports and outdoors",
        "运动户外",
        (
            Node("fitness", "Fitness", "健身器材"),
            Node("camping", "Camping and hiking", "露营徒步"),
            Node("cycling", "Cycling", "骑行"),
            Node("ball-games", "Ball games", "球类运动"),
        ),
    ),
    Node(
        "toys",
        "Toys and games",
        "玩具游戏",
        (
            Node("building-toys", "Building toys", "积木拼插"),
            Node("puzzles", "Puzzles and board games", "拼图桌游"),
            Node("dolls", "Dolls and plush toys", "毛绒玩偶"),
            Node("model-kits", "Model kits", "模型手办"),
        ),
    ),
    Node(
        "food",
        "Food and drink",
        "食品饮料",
        (
            Node("tea", "Tea", "茶叶"),
            Node("coffee", "Coffee", "咖啡"),
            Node("snacks", "Snacks", "零食"),
        ),
    ),
    Node(
        "baby",
        "Baby and child",
        "母婴用品",
        (
            Node("feeding", "Feeding", "喂养用品"),
            Node("baby-care", "Baby care", "婴儿洗护"),
        ),
    ),
    Node(
        "office",
        "Books and stationery",
        "图书文具",
        (
            Node("books", "Books", "图书"),
            Node("stationery", "Stationery", "文具"),
        ),
    ),
    Node(
        "pets",
        "Pet supplies",
        "宠物用品",
        (
            Node("pet-food", "Pet food", "宠物食品"),
            Node("pet-gear", "Pet gear", "宠物用具"),
        ),
    ),
)
