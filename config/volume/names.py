"""Words the made-up buyers, products and places are put together from."""

from __future__ import annotations

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖"
    "贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玉兰红辉鹏飞鑫波斌莉宇浩凯健俊帆雪晨瑞佳琳欣怡梦琪雅婷思远子涵一诺梓轩浩然"
    "博文天宇心妍可馨若曦语桐嘉懿泽宸沐铭宁安乐康青云山海春秋冬兴旺德福荣贵庆国建新民生志立成东南西北中"
)
FIRST = (
    "James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Barbara Richard Susan Joseph Jessica"
    " Thomas Sarah Karen Charles Lisa Christopher Nancy Daniel Betty Matthew Margaret Anthony Sandra Mark Ashley Donald"
    " Emily Steven Kimberly Andrew Donna Paul Michelle Joshua Carol Kenneth Amanda Kevin Melissa Brian Deborah George"
    " Stephanie Timothy Rebecca Ronald Laura Jason Helen Edward Sharon Jeffrey Cynthia Ryan Kathleen Jacob Amy Zoe"
).split()
LAST = (
    "Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Gonzalez Wilson Anderson"
    " Thomas Taylor Moore Jackson Martin Lee Perez Thompson White Harris Sanchez Clark Ramirez Lewis Robinson Walker"
    " Young Allen King Wright Scott Torres Nguyen Hill Flores Green Adams Nelson Baker Hall Rivera Campbell Mitchell"
    " Carter Roberts Gomez Phillips Evans Turner Diaz Parker Cruz Edwards Collins Reyes Stewart Morris Morales Murphy"
    " Cook Rogers Gutierrez Ortiz Morgan Cooper Peterson Bailey Reed Kelly Howard Ramos Kim Cox Ward Richardson Watson"
    " Brooks Chavez Wood Bennett Gray Mendoza Ruiz Hughes Price Alvarez Castillo Sanders Patel Myers Long Ross Foster"
).split()
# City, region, postcode, country; the Chinese ones first.
HOME_PLACES = (
    ("上海市", "上海", "200000"), ("北京市", "北京", "100000"), ("广州市", "广东", "510000"), ("深圳市", "广东", "518000"),
    ("杭州市", "浙江", "310000"), ("宁波市", "浙江", "315000"), ("南京市", "江苏", "210000"), ("苏州市", "江苏", "215000"),
    ("成都市", "四川", "610000"), ("重庆市", "重庆", "400000"), ("武汉市", "湖北", "430000"), ("西安市", "陕西", "710000"),
    ("长沙市", "湖南", "410000"), ("青岛市", "山东", "266000"), ("厦门市", "福建", "361000"), ("天津市", "天津", "300000"),
)  # fmt: skip
ABROAD = (
    ("London", "England", "E1 6AN", "GB"), ("Manchester", "England", "M1 1AE", "GB"), ("Leeds", "England", "LS1 4DY", "GB"),
    ("Dublin", "Leinster", "D02 X285", "IE"), ("Toronto", "Ontario", "M5H 2N2", "CA"), ("Austin", "Texas", "73301", "US"),
    ("Seattle", "Washington", "98101", "US"), ("Boston", "Massachusetts", "02108", "US"), ("Sydney", "NSW", "2000", "AU"),
    ("Auckland", "Auckland", "1010", "NZ"), ("Singapore", "", "018956", "SG"),
)  # fmt: skip
KINDS = (
    ("Desk lamp", "台灯"), ("Kettle", "水壶"), ("Backpack", "双肩包"), ("Teapot", "茶壶"), ("Headphones", "耳机"), ("Rain coat", "雨衣"),
    ("Notebook", "笔记本"), ("Storage box", "收纳盒"), ("Frying pan", "平底锅"), ("Wool scarf", "羊毛围巾"), ("Night light", "小夜灯"),
    ("Running shoes", "跑鞋"), ("Phone case", "手机壳"), ("Thermos flask", "保温杯"), ("Garden chair", "庭院椅"), ("Puzzle", "拼图"),
)  # fmt: skip
BRANDS = ("Luming", "Haoran", "Northway", "Oakfield", "Qinghe", "Stillwater", "Yunzhi", "Brightside")
CARRIERS = ("SF Express", "ZTO Express", "YTO Express", "JD Logistics", "DHL")
