"""A client that is not ours: does what the JSON list in the second argument says at the server of the first, and writes
one line of JSON for each step."""

import json
import sys

import pika


def properties(of):
    return {
        "content_type": of.content_type,
        "delivery_mode": of.delivery_mode,
        "priority": of.priority,
        "message_id": of.message_id,
        "type": of.type,
        "headers": of.headers,
    }


def do(channel, step):
    name = step["do"]
    if name == "declare":
        channel.queue_declare(step["queue"], durable=True, arguments=step.get("arguments"))
        if "exchange" in step:
            channel.exchange_declare(step["exchange"], step.get("kind", "direct"), durable=True)
            channel.queue_bind(step["queue"], step["exchange"], step.get("key", ""))
        return True
    if name == "exchange":
        channel.exchange_declare(step["exchange"], step.get("kind", "direct"), durable=True)
        return True
    if name == "drop":
        channel.exchange_delete(step["exchange"])
        return True
    if name == "delete":
        channel.queue_delete(step["queue"])
        return True
    if name == "count":
        return channel.queue_declare(step["queue"], passive=True).method.message_count
    if name == "publish":
        more = pika.BasicProperties(delivery_mode=2, **step.get("properties", {}))
        channel.basic_publish(step.get("exchange", ""), step["key"], step["body"].encode() * step.get("times", 1), more)
        return True
    if name == "take":
        method, of, body = channel.basic_get(step["queue"], auto_ack=True)
        if method is None:
            return None
        return {
            "exchange": method.exchange,
            "key": method.routing_key,
            "redelivered": method.redelivered,
            "properties": properties(of),
            "body": body.decode(),
        }
    raise ValueError(name)


connection = pika.BlockingConnection(pika.URLParameters(sys.argv[1]))
channel = connection.channel()
channel.confirm_delivery()
for step in json.loads(sys.argv[2]):
    print(json.dumps(do(channel, step), default=str), flush=True)
connection.close()
