"""The files we know: whose export it is, and which of its columns is which of our fields."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

# Our fields, in the order the mapping page shows them. The first two are needed.
FIELDS: dict[str, Any] = {
    "number": _("Order number"),
    "placed_at": _("Placed at"),
    "state": _("State"),
    "payment_state": _("Payment state"),
    "fulfilment_state": _("Delivery state"),
    "paid_at": _("Paid at"),
    "shipped_at": _("Shipped at"),
    "completed_at": _("Completed at"),
    "cancelled_at": _("Cancelled at"),
    "sku": _("SKU"),
    "title": _("Product"),
    "quantity": _("Quantity"),
    "unit_price": _("Unit price"),
    "line_discount": _("Discount of the line"),
    "subtotal": _("Subtotal"),
    "discount": _("Discount of the order"),
    "coupon_code": _("Coupon code"),
    "shipping_fee": _("Shipping"),
    "tax": _("Tax"),
    "total": _("Total"),
    "paid_total": _("Amount paid"),
    "refunded": _("Amount refunded"),
    "currency": _("Currency"),
    "method": _("Payment method"),
    "buyer_name": _("Buyer"),
    "buyer_email": _("E-mail"),
    "buyer_phone": _("Phone"),
    "ship_to": _("Address"),
    "ship_city": _("City"),
    "ship_region": _("Region"),
    "ship_postcode": _("Postcode"),
    "ship_country": _("Country"),
    "carrier": _("Carrier"),
    "tracking_number": _("Tracking number"),
    "note": _("Buyer’s note"),
    "card_check": _("Card check"),
    "ip_country": _("Country of the buyer’s device"),
}
REQUIRED = ("number", "placed_at")

# Words for states, in every language the platforms export; compared without case and spaces.
STATE_WORDS: dict[str, str] = {
    **dict.fromkeys(["placed", "pending", "unpaid", "pendingpayment", "等待买家付款", "待支付", "待付款", "等待付款", "未付款"], "placed"),
    **dict.fromkeys(
        ["paid", "processing", "confirmed", "unfulfilled", "买家已付款", "买家已付款,等待卖家发货", "等待卖家发货", "待发货",
         "等待出库", "已付款", "已支付", "未发货", "等待发货"], "paid"),
    **dict.fromkeys(["packed", "readytoship", "已打包", "待揽收"], "packed"),
    **dict.fromkeys(["partial", "partiallyshipped", "部分发货"], "partly_shipped"),
    **dict.fromkeys(
        ["shipped", "fulfilled", "intransit", "卖家已发货", "卖家已发货,等待买家确认", "已发货", "已发货,待收货", "待收货",
         "等待确认收货", "等待买家确认收货"], "shipped"),
    **dict.fromkeys(["delivered", "已收货", "已签收", "已送达"], "delivered"),
    **dict.fromkeys(["completed", "complete", "refunded", "交易成功", "已完成", "完成", "已评价", "交易完成"], "completed"),
    **dict.fromkeys(["onhold", "hold", "暂停", "锁定", "已暂停"], "on_hold"),
    **dict.fromkeys(
        ["cancelled", "canceled", "voided", "failed", "交易关闭", "已取消", "已取消,退款成功", "已关闭", "取消", "(删除)等待出库",
         "交易已关闭", "已退款"], "cancelled"),
}  # fmt: skip


COUNTRIES = {
    "china": "CN", "中国": "CN", "united states": "US", "brazil": "BR", "brasil": "BR", "united kingdom": "GB",
    "germany": "DE", "france": "FR", "hong kong": "HK", "singapore": "SG", "japan": "JP",
}  # fmt: skip
# What a channel says about card and buyer; compared like the words for states.
CARD_WORDS: dict[str, str] = {
    **dict.fromkeys(["match", "matched", "yes", "y", "pass", "passed", "ok", "一致", "匹配", "通过", "是"], "match"),
    **dict.fromkeys(
        ["mismatch", "nomatch", "notmatched", "no", "n", "fail", "failed", "不一致", "不匹配", "未通过", "否"], "mismatch"),
}  # fmt: skip


@dataclass(frozen=True)
class Format:
    """`columns` lists, for a field of ours, the heads it has in this export, best first. `signature` must all be there.

    `any_of`: at least one of these too, to tell the families apart.
    """

    key: str
    label: Any
    channel: str
    columns: Mapping[str, Sequence[str]]
    signature: frozenset[str] = frozenset()
    any_of: frozenset[str] = field(default_factory=frozenset)


FORMATS: tuple[Format, ...] = (
    Format(
        "shopify",
        "Shopify",
        "shopify",
        {
            "number": ["Name"], "placed_at": ["Created at"], "payment_state": ["Financial Status"],
            "fulfilment_state": ["Fulfillment Status"], "paid_at": ["Paid at"], "shipped_at": ["Fulfilled at"],
            "cancelled_at": ["Cancelled at"], "sku": ["Lineitem sku"], "title": ["Lineitem name"],
            "quantity": ["Lineitem quantity"], "unit_price": ["Lineitem price"], "line_discount": ["Lineitem discount"],
            "subtotal": ["Subtotal"], "discount": ["Discount Amount"], "shipping_fee": ["Shipping"], "tax": ["Taxes"],
            "coupon_code": ["Discount Code"],
            "total": ["Total"], "refunded": ["Refunded Amount"], "currency": ["Currency"], "method": ["Payment Method"],
            "buyer_name": ["Shipping Name", "Billing Name"], "buyer_email": ["Email"],
            "buyer_phone": ["Shipping Phone", "Phone", "Billing Phone"],
            "ship_to": ["Shipping Street", "Shipping Address1"], "ship_city": ["Shipping City"],
            "ship_region": ["Shipping Province"], "ship_postcode": ["Shipping Zip"],
            "ship_country": ["Shipping Country"], "note": ["Notes"],
        },
        frozenset({"Name", "Financial Status", "Created at", "Lineitem quantity", "Lineitem price"}),
    ),
    Format(
        "woocommerce",
        "WooCommerce",
        "woocommerce",
        {
            "number": ["order_number", "Order Number", "order_id", "Order ID"],
            "placed_at": ["order_date", "Order Date", "date_created", "date"],
            "state": ["order_status", "Order Status", "status"], "paid_at": ["paid_date", "Paid Date"],
            "completed_at": ["completed_date", "Completed Date"],
            "sku": ["item_sku", "SKU", "product_sku"], "title": ["item_name", "Item Name", "product_name"],
            "quantity": ["item_quantity", "Quantity", "Quantity (- Refund)"],
            "unit_price": ["item_price", "Item Cost", "product_price"],
            "subtotal": ["order_subtotal", "Order Subtotal Amount"],
            "discount": ["discount_total", "cart_discount", "Cart Discount Amount"],
            "coupon_code": ["coupon_code", "Coupon Code", "coupons", "Coupons"],
            "shipping_fee": ["shipping_total", "order_shipping", "Order Shipping Amount"],
            "tax": ["tax_total", "order_tax", "Order Total Tax Amount"],
            "total": ["order_total", "Order Total Amount"], "refunded": ["refunded_total", "Order Refund Amount"],
            "currency": ["order_currency", "currency"],
            "method": ["payment_method_title", "Payment Method Title", "payment_method"],
            "buyer_name": ["shipping_first_name", "First Name (Shipping)", "billing_first_name", "First Name (Billing)"],
            "buyer_email": ["billing_email", "Email (Billing)"], "buyer_phone": ["billing_phone", "Phone (Billing)"],
            "ship_to": ["shipping_address_1", "Address 1&2 (Shipping)", "billing_address_1", "Address 1&2 (Billing)"],
            "ship_city": ["shipping_city", "City (Shipping)", "billing_city"],
            "ship_region": ["shipping_state", "State Code (Shipping)", "billing_state"],
            "ship_postcode": ["shipping_postcode", "Postcode (Shipping)"],
            "ship_country": ["shipping_country", "Country Code (Shipping)", "billing_country"],
            "note": ["customer_note", "Customer Note"],
        },
        any_of=frozenset({"order_number|order_status", "Order Number|Order Status", "order_id|order_total",
                          "order_id|item_name"}),
    ),
    Format(
        "taobao",
        _("Taobao and Tmall"),
        "taobao",
        {
            "number": ["订单编号"], "placed_at": ["订单创建时间"], "state": ["订单状态"], "paid_at": ["订单付款时间"],
            "title": ["宝贝标题", "标题"], "sku": ["商家编码", "外部系统编号"], "quantity": ["宝贝总数量", "购买数量"],
            "unit_price": ["价格"], "subtotal": ["买家应付货款"], "shipping_fee": ["买家应付邮费"], "total": ["总金额"],
            "paid_total": ["买家实际支付金额"], "refunded": ["退款金额"], "buyer_name": ["收货人姓名", "买家会员名"],
            "buyer_phone": ["联系手机", "联系电话"], "ship_to": ["修改后的收货地址", "收货地址"], "carrier": ["物流公司"],
            "tracking_number": ["物流单号"], "note": ["买家留言"],
        },
        frozenset({"订单编号", "订单创建时间"}),
    ),
    Format(
        "jd",
        _("JD"),
        "jd",
        {
            "number": ["订单号"], "placed_at": ["下单时间"], "state": ["订单状态"], "paid_at": ["付款确认时间"],
            "completed_at": ["订单完成时间"], "sku": ["货号", "商品ID"], "title": ["商品名称"], "quantity": ["订购数量"],
            "unit_price": ["京东价"], "subtotal": [], "shipping_fee": ["运费金额"], "total": ["应付金额", "结算金额"],
            "method": ["支付方式"], "buyer_name": ["客户姓名", "下单帐号"], "buyer_phone": ["联系电话"],
            "ship_to": ["客户地址"], "note": ["订单备注"],
        },
        frozenset({"订单号", "下单时间", "京东价"}),
    ),
    Format(
        "pinduoduo",
        _("Pinduoduo"),
        "pinduoduo",
        {
            "number": ["订单号"], "placed_at": ["订单成交时间", "拼单成功时间", "支付时间"], "state": ["订单状态"],
            "paid_at": ["支付时间"], "shipped_at": ["发货时间"], "completed_at": ["确认收货时间"],
            "title": ["商品"], "sku": ["商家编码-规格维度", "商家编码-商品维度", "样式ID"], "quantity": ["商品数量(件)"],
            "subtotal": ["商品总价(元)"], "shipping_fee": ["邮费(元)"], "discount": ["店铺优惠折扣(元)"],
            "total": ["用户实付金额(元)", "商家实收金额(元)"], "buyer_name": ["收货人", "收件人"],
            "buyer_phone": ["手机", "收货人电话"], "ship_region": ["省"], "ship_city": ["市"],
            "ship_to": ["街道", "收货地址", "详细地址"], "carrier": ["快递公司"], "tracking_number": ["快递单号"],
            "note": ["买家留言"],
        },
        frozenset({"订单号", "商品数量(件)", "商品总价(元)"}),
    ),
    Format(
        "amazon",
        "Amazon",
        "amazon",
        {
            "number": ["amazon-order-id"], "placed_at": ["purchase-date"], "state": ["order-status"], "sku": ["sku"],
            "title": ["product-name"], "quantity": ["quantity"], "currency": ["currency"], "ship_city": ["ship-city"],
            "ship_region": ["ship-state"], "ship_postcode": ["ship-postal-code"], "ship_country": ["ship-country"],
            "line_discount": ["item-promotion-discount"], "shipping_fee": ["shipping-price"], "tax": ["item-tax"],
        },
        frozenset({"amazon-order-id", "purchase-date", "item-price"}),
    ),
)  # fmt: skip

# For any other file: heads people give their columns, compared without case, spaces and signs.
GENERIC: dict[str, Sequence[str]] = {
    "number": ["order number", "order no", "order id", "order", "number", "订单编号", "订单号", "单号"],
    "placed_at": ["placed at", "order date", "date", "created at", "time", "下单时间", "订单时间", "日期", "创建时间"],
    "state": ["state", "status", "order status", "订单状态", "状态"],
    "paid_at": ["paid at", "payment date", "付款时间", "支付时间"],
    "shipped_at": ["shipped at", "ship date", "发货时间"],
    "sku": ["sku", "item code", "product code", "商品编码", "商家编码", "货号"],
    "title": ["product", "title", "item", "product name", "item name", "商品名称", "商品", "商品标题"],
    "quantity": ["quantity", "qty", "units", "数量", "商品数量", "购买数量"],
    "unit_price": ["unit price", "price", "单价", "价格", "商品单价"],
    "discount": ["discount", "优惠", "折扣", "优惠金额"],
    "coupon_code": [
        "coupon code",
        "coupon",
        "discount code",
        "promo code",
        "voucher code",
        "优惠码",
        "优惠券码",
        "优惠券",
    ],
    "shipping_fee": ["shipping", "shipping fee", "freight", "运费", "邮费"],
    "tax": ["tax", "税费", "税额"],
    "total": ["total", "order total", "amount", "总金额", "订单金额", "合计", "金额"],
    "paid_total": ["paid", "amount paid", "实付金额", "实付"],
    "refunded": ["refunded", "refund amount", "退款金额"],
    "currency": ["currency", "币种", "货币"],
    "method": ["payment method", "支付方式"],
    "buyer_name": ["buyer", "customer", "customer name", "name", "买家", "客户", "收货人", "客户姓名"],
    "buyer_email": ["email", "e-mail", "buyer email", "customer email", "邮箱"],
    "buyer_phone": ["phone", "mobile", "电话", "手机"],
    "ship_to": ["address", "ship to", "shipping address", "地址", "收货地址"],
    "ship_city": ["city", "城市", "市"],
    "ship_region": ["region", "province", "省份", "省"],
    "ship_postcode": ["postcode", "zip", "邮编"],
    "ship_country": ["country", "国家"],
    "carrier": ["carrier", "物流公司", "快递公司"],
    "tracking_number": ["tracking number", "tracking", "物流单号", "快递单号"],
    "note": ["note", "comment", "备注", "买家留言"],
    "card_check": ["card check", "card match", "card verification", "卡核验", "银行卡核验", "持卡人核验"],
    "ip_country": ["ip country", "device country", "ip国家", "设备国家", "IP所在国家"],
}
# A row for people to look at.
EXAMPLE = {
    "number": "A-1001", "placed_at": "2026-01-31 20:15", "state": "paid", "paid_at": "2026-01-31 20:16", "sku": "TG-1",
    "title": "Gaiwan", "quantity": "2", "unit_price": "168.00", "shipping_fee": "10.00", "total": "346.00",
    "buyer_name": "Gao Lin", "buyer_email": "gao@example.com", "ship_city": "Hangzhou", "ship_country": "CN",
    "card_check": "match", "ip_country": "CN", "coupon_code": "WELCOME10",
}  # fmt: skip
GENERIC_FORMAT = Format("generic", _("Another file"), "other", GENERIC)

# A price list of a supplier: our fields, and the heads that people and our own export of prices give them.
PRICE_FIELDS: dict[str, Any] = {
    "sku": _("SKU"),
    "price": _("Price"),
    "currency": _("Currency"),
    "minimum": _("Smallest order, units"),
    "multiple": _("In multiples of, units"),
    "valid_from": _("Valid from"),
    "is_offered": _("They offer it"),
}
PRICE_REQUIRED = ("sku", "price")
PRICE_HEADS: dict[str, Sequence[str]] = {
    "sku": ["SKU", "item code", "product code", "商品编码", "商家编码", "货号"],
    "price": ["Price", "unit price", "cost", "价格", "单价", "供货价", "采购价"],
    "currency": ["Currency", "币种", "货币"],
    "minimum": ["Smallest order, units", "minimum", "MOQ", "smallest order", "起订量", "最小起订量"],
    "multiple": ["In multiples of, units", "multiple", "pack size", "整倍数", "装箱数"],
    "valid_from": ["Valid from", "from", "date", "生效日期", "生效日"],
    "is_offered": ["They offer it", "offered", "available", "是否供应", "供应"],
}
PRICE_EXAMPLE = {
    "sku": "TG-1", "price": "12.50", "currency": "CNY", "minimum": "24", "multiple": "12", "is_offered": "yes",
}  # fmt: skip
PRICE_FORMAT = Format("prices", _("Price list"), "other", PRICE_HEADS)


def _key(head: str) -> str:
    return re.sub(r"[\s_\-’'()（）:：*]+", "", head).lower()


def recognise(header: Sequence[str]) -> tuple[Format, dict[str, str]]:
    """The format whose columns these are, and the proposed mapping of our fields to its columns."""
    present = set(header)
    for known in FORMATS:
        pairs = [set(pair.split("|")) for pair in known.any_of]
        if known.signature <= present and (not pairs or any(pair <= present for pair in pairs)):
            return known, mapping_for(known, header)
    return GENERIC_FORMAT, mapping_for(GENERIC_FORMAT, header)


def mapping_for(known: Format, header: Sequence[str]) -> dict[str, str]:
    """Our field -> column, for the columns this file has; a column serves one field only."""
    by_key = {_key(head): head for head in reversed(header)}
    mapping: dict[str, str] = {}
    for name, heads in known.columns.items():
        for head in heads:
            column = head if head in header else by_key.get(_key(head))
            if column and column not in mapping.values():
                mapping[name] = column
                break
    return mapping


def format_named(key: str) -> Format:
    """The format with this key, or the generic one."""
    return next((known for known in (*FORMATS, PRICE_FORMAT) if known.key == key), GENERIC_FORMAT)


def state_of(word: str) -> str | None:
    """Our state for a platform's word, or None for a word we do not know."""
    return STATE_WORDS.get(word.strip().lower().replace(" ", "").replace("-", "").replace("_", "").replace("，", ","))


def card_check_of(word: str) -> str | None:
    """Our word for what the channel says about card and buyer, or None for a word we do not know."""
    return CARD_WORDS.get(_key(word))


def template(
    language: str, columns: Mapping[str, Sequence[str]] = GENERIC, example: Mapping[str, str] = EXAMPLE
) -> tuple[list[str], list[str]]:
    """The head of a file with every column of ours, recognised as it stands, and a row that shows how to fill it."""
    chinese = language.startswith("zh")
    heads = [
        next((head for head in heads if not head.isascii()), heads[0]) if chinese else heads[0]
        for heads in columns.values()
    ]
    return heads, [example.get(name, "") for name in columns]
