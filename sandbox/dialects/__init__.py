"""The gateway in the dialects of Stripe, WeChat Pay and Alipay: fields, signatures, codes and key windows.

All of them pay from the same captures into the same journal as the sandbox's own doors. A payment is named as
the capture's `order_id`, and amounts are as the dialect counts them.
"""
