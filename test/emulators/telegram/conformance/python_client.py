"""The bot of conversation.ts over python-telegram-bot 13, until its standard input ends."""

import sys
import threading

import telegram
from telegram.ext import CallbackQueryHandler, Filters, MessageHandler, Updater


def hello(update, context):
    sent = update.message.reply_text("hi")
    sent.edit_text("hi, " + update.effective_user.first_name)


def document(update, context):
    words = update.message.document.get_file().download_as_bytearray()
    caption = "%s, %d" % (words.decode(), len(words))
    update.message.reply_document(bytes(words), filename="copy.txt", caption=caption)


def buttons(update, context):
    row = [
        telegram.InlineKeyboardButton("Yes", callback_data="yes"),
        telegram.InlineKeyboardButton("No", callback_data="no"),
    ]
    update.message.reply_text("Tea?", reply_markup=telegram.InlineKeyboardMarkup([row]))


def pressed(update, context):
    update.callback_query.answer("noted")
    update.callback_query.edit_message_text("You said " + update.callback_query.data)


root, token = sys.argv[1:]
bot_root = {"base_url": root + "/bot", "base_file_url": root + "/file/bot"}
updater = Updater(token, use_context=True, **bot_root)
on = updater.dispatcher.add_handler
on(MessageHandler(Filters.regex("^hello$"), hello))
on(MessageHandler(Filters.regex("^buttons$"), buttons))
on(MessageHandler(Filters.document, document))
on(CallbackQueryHandler(pressed))
updater.start_polling(timeout=2)
print("polling", flush=True)
sys.stdin.read()
updater.stop()
