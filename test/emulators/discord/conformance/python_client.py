"""The bot of conversation.ts over discord.py 2, until its standard input ends."""

import asyncio
import io
import sys
import threading

import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket

root, token, gateway = sys.argv[1:]
discord.http.Route.BASE = root + "/v10"
# It does not ask where the gateway is before it connects for the first time.
DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)

intents = discord.Intents(guilds=True, messages=True, reactions=True, message_content=True)
client = discord.Client(intents=intents)
tree = app_commands.CommandTree(client)
said_again = asyncio.Queue()


class Question(discord.ui.View):
    async def choose(self, interaction):
        text = "You said " + interaction.data["custom_id"]
        await interaction.response.edit_message(content=text, view=None)

    def __init__(self):
        super().__init__(timeout=None)
        for label in ("Yes", "No"):
            button = discord.ui.Button(label=label, custom_id=label.lower())
            button.callback = self.choose
            self.add_item(button)


async def hello(message):
    async with message.channel.typing():
        sent = await message.reply("hi")
    await sent.edit(content="hi, " + message.author.name)
    await message.add_reaction("👍")


async def buttons(message):
    await message.channel.send("Tea?", view=Question())


async def thread(message):
    opened = await message.create_thread(name="Talk")
    await opened.send("here")


async def bye(message):
    await (await said_again.get()).delete()


async def still_there(message):
    await message.channel.send("back")


ANSWERS = {"hello": hello, "buttons": buttons, "thread": thread, "bye": bye, "still there?": still_there}


@client.event
async def on_message(message):
    if message.author.bot:
        return
    if message.attachments:
        words = (await message.attachments[0].read()).decode()
        copy = discord.File(io.BytesIO(words.encode()), filename="copy.txt")
        await message.channel.send("%s, %d" % (words, len(words)), file=copy)
    elif message.content in ANSWERS:
        await ANSWERS[message.content](message)


@client.event
async def on_raw_reaction_add(payload):
    if payload.user_id != client.user.id:
        await client.get_channel(payload.channel_id).send("thanks")


@tree.command(name="ping", description="Says pong")
async def ping(interaction):
    await interaction.response.send_message("pong", ephemeral=True)
    await said_again.put(await interaction.followup.send("again", wait=True))


async def main():
    loop = asyncio.get_running_loop()

    def wait_for_end():
        sys.stdin.read()
        asyncio.run_coroutine_threadsafe(client.close(), loop)

    threading.Thread(target=wait_for_end, daemon=True).start()
    async with client:
        await client.login(token)
        # Known before it is sent: somebody may press a button before the answer of Discord has been read.
        client.add_view(Question())
        await tree.sync()
        print("connected", flush=True)
        await client.connect()


asyncio.run(main())
