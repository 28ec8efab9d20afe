/**
 * Some neighbouring rows of the list, in a box of their own: while nothing in it changes it is
 * neither rendered nor laid out nor painted anew, however many there are.
 */
import { Component, type VNode } from 'preact';

interface MessageRunProps {
  rows: readonly VNode[];
}

export class MessageRun extends Component<MessageRunProps> {
  override shouldComponentUpdate({ rows }: MessageRunProps): boolean {
    const before = this.props.rows;
    return (
      rows.length !== before.length ||
      rows.some(({ key, props }, index) => {
        const row = before[index];
        return !row || key !== row.key || isOther(props, row.props);
      })
    );
  }

  override render() {
    return <div class="run">{this.props.rows}</div>;
  }
}

/** Whether any of the props is another. */
export function isOther<T extends object>(props: T, before: T): boolean {
  // as: the keys are its own.
  return (Object.keys(props) as (keyof T)[]).some((name) => props[name] !== before[name]);
}
