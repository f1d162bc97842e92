// Requests with answers, and notifications, as JSON over a WebSocket.

export class Signalling {
  onnotification = () => undefined;
  #socket;
  #waiting = new Map();
  #last = 0;

  constructor(url) {
    this.#socket = new WebSocket(url);
    this.opened = new Promise((resolve, reject) => {
      this.#socket.onopen = resolve;
      this.#socket.onerror = reject;
    });
    this.#socket.onmessage = ({ data }) => this.#take(JSON.parse(data));
  }

  request(method, data) {
    const id = ++this.#last;
    const answer = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.#socket.send(JSON.stringify({ id, method, data }));
    return answer;
  }

  close() {
    this.#socket.close();
  }

  #take({ id, method, data, error }) {
    if (id === undefined) return this.onnotification(method, data);
    const { resolve, reject } = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) resolve(data);
    else reject(new Error(error));
  }
}
