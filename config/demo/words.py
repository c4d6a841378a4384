"""What the demo's buyers write: reviews good and bad, honest and fake, complaints and questions, in both languages."""

from __future__ import annotations

GOOD = {
    "en": (
        "Lovely glaze and well packed. I use it every morning.",
        "Exactly as in the pictures, and it came a day early.",
        "Good value. The lid fits tightly and nothing leaks.",
        "Bought it as a present; my mother asked for a second one.",
        "Solid quality, no smell, easy to clean.",
        "Better than the one I had before at twice the price.",
    ),
    "zh-hans": (
        "做工细致，包装也用心，每天都在用。",
        "和图片一样，比预计早到了一天。",
        "性价比不错，密封很好，不漏水。",
        "买来送妈妈的，她很喜欢，又让我买了一个。",
        "质量扎实，没有异味，好清洗。",
        "比之前买的贵一倍的那款还好用。",
    ),
}
MIDDLING = {
    "en": (
        "Fine, but smaller than I thought.",
        "Does its job; a week on the way.",
        "Nice colour, the box was dented.",
    ),
    "zh-hans": ("还行，比想象的小一点。", "能用，就是物流走了一周。", "颜色好看，外盒有点压坏了。"),
}
BAD = {
    "en": (
        "Arrived with a crack along the rim.",
        "Stopped working after three days. Support has not answered yet.",
        "The parcel was ten days late and nobody told me why.",
        "Not the colour I ordered, and sending it back costs more than it is worth.",
    ),
    "zh-hans": (
        "收到时杯口有一道裂纹。",
        "用了三天就坏了，客服一直没回复。",
        "晚到了十天，也没有人说明原因。",
        "颜色发错了，退回去的运费比东西还贵。",
    ),
}
FAKE = {
    "en": (
        "Amazing best quality!!! All my friends bought it!!! Get 40% off at bestdeals-shop.example with code TEA40",
        "Best product best price best seller, contact me on WeChat deal8888 for cash back",
        "PERFECT PERFECT PERFECT!!!!! FIVE STARS!!!!!",
    ),
    "zh-hans": (
        "太好了太好了太好了！！！加微信 hao8888 领返现红包，好评返五元",
        "全网最低价，质量最好，朋友们快来 youhui-shop.example 领券",
        "好好好好好好好好好好好好",
    ),
}
REPLIES = {
    "en": "Thank you for telling us. We have written to you to put it right.",
    "zh-hans": "谢谢你的反馈，我们已经联系你处理。",
}
COMPLAINTS = {
    "en": (
        ("damaged", "Teapot lid arrived cracked", "The box looked fine, but the lid has a crack. It was a gift."),
        ("not_arrived", "Parcel has not moved for eight days", "Tracking has shown the same place since last week."),
        ("not_as_described", "Smaller than the page says", "The page says 600 ml. I measured 450 ml."),
        ("refund", "Refund promised but not paid", "You told me two weeks ago that the refund was on its way."),
        ("late", "Came after the birthday", "Promised for the 3rd, delivered on the 12th."),
    ),
    "zh-hans": (
        ("damaged", "壶盖收到时是裂的", "外箱没问题，打开后壶盖有裂纹，这是周六要送人的。"),
        ("not_arrived", "包裹八天没有更新", "物流从上周起一直停在同一个地方。"),
        ("not_as_described", "比页面写的小", "页面写 600 毫升，我量了只有 450 毫升。"),
        ("refund", "答应的退款没到", "两周前说已经退款，到现在还没收到。"),
        ("late", "生日过了才到", "说好 3 号到，结果 12 号才送到。"),
    ),
}  # fmt: skip
ANSWERS = {
    "en": "Dear {name}, we are sorry: it left with too little padding. We can send a new one today or refund it.",
    "zh-hans": "{name}你好，很抱歉，发出时缓冲没有垫够。我们可以今天补发一件，或者直接退款，由你决定。",
}
UNHAPPY = {
    "en": "I have waited a week already. A new one may break as well: I would like my money back, please decide.",
    "zh-hans": "我已经等了一个星期，补发的说不定还会碎。我只想退款，请平台裁决。",
}
QUESTIONS = {
    "en": (
        ("Is it safe in the dishwasher?", "Yes, on the lower rack and without drying heat."),
        ("How heavy is it with the box?", "About 600 g; the exact weight stands on the label."),
        ("Does it come in another colour?", "This one only for now. New colours come in spring."),
        ("Can you wrap it as a present?", "Gladly. Write it into the note of your order."),
        ("Is there a spare part if it breaks?", "Yes, write to us and we send it."),
    ),
    "zh-hans": (
        ("可以用洗碗机洗吗？", "可以，放在下层，不要高温烘干。"),
        ("连盒子一共多重？", "约 600 克，具体重量见标签。"),
        ("还有别的颜色吗？", "目前只有这一款，春季会上新颜色。"),
        ("能包装成礼物吗？", "可以，下单时在备注里写明即可。"),
        ("坏了能配零件吗？", "可以，联系我们寄给你。"),
    ),
}
