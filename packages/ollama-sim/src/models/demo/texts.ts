export const HELP = `I follow fixed rules. Try:

- a sum: \`what is 12*7\`, or \`(3 + 4) * 2 ^ 3\`
- \`what time is it?\`
- \`write a python function\` (or TypeScript, JavaScript, SQL, Bash)
- \`show me a table\`, \`make a list\`
- \`repeat: anything you like\`
- \`summarise: a text of some sentences\`
- \`my name is Ada\`, and later \`what is my name?\`
- \`tell me a long story\`, and while it streams: reload the page, open a second tab, press Stop
- \`how does this work?\``;

export const LIST = `A short list to try out with a new chat system:

1. Send a message and watch the answer stream in.
2. Reload the page in the middle of it. Nothing is lost.
3. Open a second tab. Both show the same text.
4. Press **Stop**. The text stays as you saw it.
   - Press **Continue** to get the rest.
   - Or edit your question and send it again.
5. Come back tomorrow: the conversation is still in the list.`;

export const TABLE = `Here is how the demo compares with a real model:

| | demo | a real model |
|---|:---:|:---:|
| Needs a download | no | yes |
| Streams its answers | yes | yes |
| Understands you | no | mostly |
| Arithmetic | exact | it varies |
| Always answers alike | yes | no |`;

export const EXPLANATION = `Here is the way of one message through this system.

**It starts in your browser.** When you press Send, the page gives the message an id of its own and sends it over a socket to the gateway. If the connection breaks at this very moment, the page sends the same message with the same id again, and the server recognises it. So a message is never stored twice, however often it is sent.

**Then it is stored.** The gateway asks the chat service to save your message together with an empty reply. Only when both are safe in the database does the page hear that the message was accepted. From here on the turn survives a restart of any part.

**Then the model is asked.** The gateway calls the AI service, which fits the conversation into the model's window, adds the persona that you chose, and sends it all to the model server. What comes back is a stream of small pieces of text, called tokens. Right now they come from this demo, at the pace of a reader rather than that of a machine.

**Every piece is numbered.** Before anybody sees it, each piece is written to a log under its number: 1, 2, 3, and so on, without a hole. Your browser shows the pieces in that order. When you reload the page, it says which number it saw last and gets the ones after it. A second tab or another device reads the same log, so all of them show the same text.

**And then it ends.** When the model is done, the whole text is saved as the reply, along with how long it took and how many tokens it was. If you press Stop, the request to the model is really closed, so that no machine keeps working on an answer that nobody wants, and the text is kept as far as you have seen it.

To try all this, ask for a long story, and reload the page in the middle of it.`;

export const STORY = `# The keeper of the long light

On a rock at the end of the known coast stood a lighthouse, and in it lived a keeper named Maren, who had never in thirty years let the lamp go out. Ships passed far off, small as seeds, and none of them ever stopped. But every one of them turned at the right moment, away from the reef, and that was all the thanks she wanted.

Her days were made of small and exact things. In the morning she trimmed the wick and polished the lens, all four hundred prisms of it. At noon she wrote the weather in the book: the wind, the swell, the colour of the sky. In the evening she climbed the hundred and twelve steps, lit the lamp, and started the clockwork that turned it. Then she sat down by the window with a cup of tea and counted the flashes, one every ten seconds, until she fell asleep.

One autumn a storm came that was older than the others. It had crossed the whole ocean without meeting anyone, and it was lonely and in a bad temper. It tore the boat from its mooring and the door from the shed. Towards midnight it put its shoulder to the tower, and up in the lantern room something cracked. The clockwork had stopped. The light still burned, but it no longer turned: it stared in one direction like an eye that has forgotten how to blink.

Maren knew what that meant. A light that stands still is not a lighthouse. It might be a window, a fire, a star. Out there, in the dark, a helmsman would be counting the seconds between flashes, and he would count, and count, and not know where he was.

So she climbed the hundred and twelve steps, took hold of the great lens with both hands, and pushed. It weighed as much as two horses, but it floated on a ring of mercury and it moved. She walked it around once, and said aloud how long it took. Too slow. She walked faster. Ten seconds. She kept walking.

An hour is three hundred and sixty turns. After the first hour her arms hurt, and after the second they did not hurt any more, which was worse. To keep the pace she told herself stories: about the fisherman who married the tide, about the cat that learned to read the barometer. When she ran out of stories she told them again, from wherever she had lost the thread, and found that they went on quite well from there.

Some time before dawn the lamp began to sink. The oil was low, and the can stood at the bottom of the stairs. If she went for it, the light would stand still. If she did not, it would go out. She thought about this for exactly one turn. Then she tied her scarf to the lens, the other end to the pendulum of the tall clock, and gave it one last push. The clock groaned and swung, and the scarf drew tight, and let go, and drew tight again. It was not a good light. It limped. But it turned.

She went down and came up again, two hundred and twenty-four steps in all, with a can of oil that she did not remember lifting. The lens was still limping around when she reached it. She filled the lamp, took hold, and walked on.

In the morning the storm had gone to look for somebody else. The sea lay flat and grey and a little ashamed. Maren stopped walking, and the sun took over. She wrote in the book: *Wind north-west, eleven. Swell very high. Light irregular between four and a quarter past. Otherwise nothing to report.*

Three weeks later, for the first time in thirty years, a ship stopped. Its captain rowed across himself, an old man with a beard like a frayed rope. He had come, he said, about the light.

"It limped," said Maren. "I am sorry. It will not happen again."

"We were lost," said the captain. "We had been counting for an hour, and the seconds were right, so we thought: good, all is well there. Then it began to limp, and I said to my mate: somebody is turning that thing by hand. And we steered for it as we had never steered for any light, because a machine may be wrong, but nobody would walk in circles all night for a mistake."

He gave her a new spring for the clockwork, made of good steel, and would not take any money for it. She gave him a cup of tea. Then he rowed back, and the ship became as small as a seed.

That evening Maren climbed the hundred and twelve steps, lit the lamp, and set the clockwork going with its new spring. It ran smoothly, one flash every ten seconds. She sat down by the window and counted. And now and then, out there in the dark, when a ship passed by, its lantern went up and down three times, as if somebody were saying: *we see you; go on.*

So she went on.`;
