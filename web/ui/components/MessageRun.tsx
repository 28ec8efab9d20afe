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
    return rows.length !== before.length || rows.some((row, index) => isOther(row, before[index]));
  }

  override render() {
    return <div class="run">{this.props.rows}</div>;
  }
}

/** Whether it is of another message, or any prop is another. */
function isOther(row: VNode, before: VNode | undefined): boolean {
  if (!before || row.key !== before.key) return true;
  // as: the keys are those of the props.
  const names = Object.keys(row.props) as (keyof VNode['props'])[];
  return names.some((name) => row.props[name] !== before.props[name]);
}
